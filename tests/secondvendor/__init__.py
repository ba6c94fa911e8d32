"""A second stand-in for the vendor, with other decisions than the first one, and a client of it."""
