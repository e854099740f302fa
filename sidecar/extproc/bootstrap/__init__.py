"""The Envoy configuration that `up`, the tests and the chart all use."""
