"""Signed policy bundles: how they are made, what is checked before one is used, and where they come from."""
