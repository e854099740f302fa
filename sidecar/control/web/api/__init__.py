"""What programs ask the control plane, under /v1, and its description in OpenAPI."""
