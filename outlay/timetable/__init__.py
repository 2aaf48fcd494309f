"""What is done by the clock: keyed jobs, each period exactly once."""
