"""Devices and models, each behind a protocol of ``base``; ``scripted`` has a twin of each that needs neither."""
