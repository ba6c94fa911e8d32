"""What goes wrong with calls on purpose: how scenarios write it, on which calls it acts, and what it does to them."""
