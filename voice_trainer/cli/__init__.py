"""The command line: one file a verb group. It alone picks engines and stores, imported only when a verb needs them."""
