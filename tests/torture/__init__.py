"""Faults and bad input: a few of each in ``make test``, an hour and two hundred kills in ``make torture``."""
