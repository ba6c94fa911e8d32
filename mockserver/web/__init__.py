"""The HTTP edge: Starlette, and the pipeline from bytes to bytes."""
