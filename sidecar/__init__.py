"""Gatehouse: the gate between AI agents and the model."""
