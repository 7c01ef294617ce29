"""The labelled corpus of spoken replies: its records, its checker, and how far mere cues get on it.

``python -m training.corpus`` checks all of it. Nothing here needs torch or a model.
"""
