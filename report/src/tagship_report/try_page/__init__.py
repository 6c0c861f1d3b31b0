"""A page that predicts in the browser: one artifact, the npm package and a form, in one file without network access."""
