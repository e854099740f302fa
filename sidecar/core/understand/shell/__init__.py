"""Shell commands: text in, effects out."""
