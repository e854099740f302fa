"""The caller's side of tokens: logging in, keeping the login, and always having a token that holds."""
