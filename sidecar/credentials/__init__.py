"""Where the credentials of upstreams come from."""
