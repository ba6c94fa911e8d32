"""The HTTP layer: the Starlette application, and the pipeline from request bytes to response bytes."""
