"""What the vendor promises, how it is known, and how to check it."""
