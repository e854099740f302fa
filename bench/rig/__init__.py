"""What the benchmarks need: numbers, processes, traffic, an upstream, a client, and the whole gate."""
