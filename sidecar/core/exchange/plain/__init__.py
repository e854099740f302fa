"""Calls on connections of kind `http`."""
