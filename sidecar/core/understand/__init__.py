"""What a tool call would do: shell, SQL, files, web, code. Values in, effects out."""
