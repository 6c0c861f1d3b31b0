"""The plots of the page, as inline SVG."""
