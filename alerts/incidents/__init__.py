"""An incident, what is said of it, and what people did about it: what every other room writes and reads."""
