"""The processes of a server: who binds, who accepts spans, who owns the warehouse, and what keeps them alive."""
