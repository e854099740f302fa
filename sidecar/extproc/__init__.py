"""Envoy's side of the wall: protobuf to core values and back, the stream, the transport, the bootstrap."""
