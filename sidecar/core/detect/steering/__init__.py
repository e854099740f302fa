"""Texts that try to steer the model."""
