"""Personal data, as tables of detectors by family."""
