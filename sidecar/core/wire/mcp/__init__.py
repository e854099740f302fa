"""The Model Context Protocol over HTTP: messages, their texts, lists, sessions and refusals."""
