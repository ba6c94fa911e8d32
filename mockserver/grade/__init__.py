"""Grading a client: its command is run against worlds, or in front of a server, and its traffic is judged."""
