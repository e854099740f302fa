"""The guided tour: a gate of its own, the real agent, a simulated model, and one file for each promise it shows."""
