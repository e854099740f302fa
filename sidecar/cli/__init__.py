"""The `gatehouse` program: one file per group of commands."""
