"""What a caller already has, in; a short-lived gate token, out."""
