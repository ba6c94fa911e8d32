"""What `drift --propose` learns from a recording of each stand-in: its client replays its flows against the mock."""
