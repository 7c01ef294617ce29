"""The command line: one file a verb group. It alone picks engines and stores, and imports them only when a verb needs them."""
