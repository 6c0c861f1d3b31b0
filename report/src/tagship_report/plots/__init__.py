"""Plots of the report by matplotlib, as inline SVG: a module each.

No name that a user chose goes into one; names stand beside them.
"""
