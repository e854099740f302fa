"""Take sensitive values out of texts, and put them back."""
