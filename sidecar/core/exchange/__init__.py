"""One HTTP request and its answer as a state machine: events in, commands out."""
