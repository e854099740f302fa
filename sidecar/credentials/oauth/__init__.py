"""Credentials that a token endpoint gives out: client credentials (RFC 6749) and token exchange (RFC 8693)."""
