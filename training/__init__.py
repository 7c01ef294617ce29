"""Fitting and rendering: what is done once, before the trainer ships. Not in the wheel."""
