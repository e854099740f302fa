"""Credentials, as tables of detectors by family."""
