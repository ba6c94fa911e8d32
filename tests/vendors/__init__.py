"""Random vendors: contracts drawn by chance, a client for any of them, and what drift finds out about them."""
