"""Practising together: a coach and a group, in one room or over a network."""
