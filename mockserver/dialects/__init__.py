"""How each generation of the API speaks: from validated arguments to use cases, and back to wire shapes."""
