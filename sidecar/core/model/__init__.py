"""Frozen values that every part of the core shares."""
