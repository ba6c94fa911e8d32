"""Grading of a client: its command runs in worlds of the mock or behind a proxy, and its traffic is judged."""
