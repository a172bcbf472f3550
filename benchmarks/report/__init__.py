"""Figures as tables, as one page and as a plot."""
