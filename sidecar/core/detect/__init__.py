"""Finds sensitive values: detectors, validators, the compiled set, the scan of a text and of a stream."""
