"""Any other HTTP: bodies that can be read, and refusals."""
