"""A data plane's way to the control plane. Needs gRPC and the core, nothing else of the control plane."""
