"""The listening model: what it is fitted on, how it is fitted, and what it is worth.

``python -m training.listening --data FOLDER`` does all of it. Reading, splitting and augmenting need no torch.
"""
