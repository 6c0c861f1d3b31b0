"""The model that artifacts are made from: loaded, checked, traced."""
