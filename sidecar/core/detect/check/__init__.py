"""Pure functions on bytes that say whether a match is what it looks like."""
