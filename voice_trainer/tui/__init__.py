"""The screen: the home of the trainer. Workers compute and post messages; handlers alone touch widgets."""
