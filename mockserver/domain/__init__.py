"""The vendor's business as plain data and rules, without I/O, frameworks, randomness or the wall clock."""
