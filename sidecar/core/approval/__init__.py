"""Asking people: what a held call is bound to, and the ticket's table of states."""
