"""What a customer can do. Functions over a world, shared by both dialects; each does all or nothing."""
