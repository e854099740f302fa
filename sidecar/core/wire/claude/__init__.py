"""The Claude Messages API: which call it is, what it says, what the provider answers."""
