"""Admission: what the API server asks about pods and policies before it stores them."""
