"""Stand-ins for the outside world: a Claude API that behaves like it, and a development identity provider."""
