"""A stand-in for the vendor that fills the gaps of the documentation in its own way, and flows against it."""
