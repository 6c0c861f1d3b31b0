"""Figures that training, export and report share."""
