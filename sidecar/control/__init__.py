"""The control plane: people decide, tokens are exchanged, and the console shows what happened."""
