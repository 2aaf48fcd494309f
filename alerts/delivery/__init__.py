"""From a message that was written to the people who hear it: addressed, gathered, carried, and tried again."""
