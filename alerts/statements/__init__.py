"""What each team owes for a month, as documents, and the message that says so."""
