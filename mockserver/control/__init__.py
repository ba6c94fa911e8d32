"""The control API: steering worlds and asking what has happened in them. `openapi.yaml` describes it."""
