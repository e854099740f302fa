"""Telling people and programs outside: what is told, to whom, in which shape, and again until it arrived."""
