"""Programs and what they do: a table for each field of work."""
