"""Figures that training and export both report."""
