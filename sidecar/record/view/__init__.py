"""What the console shows of the record: figures, calls and lists of sessions, fast over millions."""
