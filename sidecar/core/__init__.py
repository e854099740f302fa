"""The pure core: values in, values out. No await, clock, socket, file, log, randomness or environment."""
