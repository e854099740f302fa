"""Calls on connections of kind `mcp`."""
