"""What operators see: the log, the metrics, and whether this process is ready."""
