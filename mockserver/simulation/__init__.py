"""The simulation around a world: seeded chance, scripts, faults, journals, and the registry of worlds."""
