"""One module a screen; all but home are imported when they are first opened."""
