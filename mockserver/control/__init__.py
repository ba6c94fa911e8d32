"""The control API: it steers worlds and reports what has happened in them. `openapi.yaml` describes it."""
