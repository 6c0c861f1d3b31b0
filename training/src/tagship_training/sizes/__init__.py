"""Networks of several sizes that learn from one blended of teachers, and which of them ships."""
