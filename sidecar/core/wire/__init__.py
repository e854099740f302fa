"""Bytes to meaning and back: JSON, content encodings, event streams, the Claude Messages API."""
