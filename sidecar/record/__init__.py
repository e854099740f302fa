"""What happened, written down so that nothing takes it back."""
