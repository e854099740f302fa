"""What may pass: a policy as written, the same compiled, and its verdict on one call."""
