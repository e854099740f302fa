"""What SQL would do: statements of seven dialects, client commands and the texts that stand inside them."""
