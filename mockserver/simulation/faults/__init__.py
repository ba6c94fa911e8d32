"""Faults: parsing and checking them, deciding which calls they apply to, and their effects on responses."""
