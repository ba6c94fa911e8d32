"""What a customer can do. Functions over a world, shared by all generations of the API; each does all or nothing."""
