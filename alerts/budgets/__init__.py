"""What may be spent, what was, and what the period will come to."""
