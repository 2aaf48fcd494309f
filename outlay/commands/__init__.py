"""What a person types: one small file per family of commands; each asks at the counter and shows the answer."""
