"""The vendor's business as plain data and rules: no I/O, no framework, no randomness, no wall clock."""
