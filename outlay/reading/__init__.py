"""From the journal to the ledger: load what is new as the settings read it, send captures again, tell how far it is."""
