"""The way from an original to a folder of proven artifacts, step by step."""
