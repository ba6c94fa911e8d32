"""What a world is given from outside: seeded chance, a script of what happens, and the registry of worlds."""
