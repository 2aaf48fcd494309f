"""What can be asked of a home, by a command here or through its running server: one table of questions."""
