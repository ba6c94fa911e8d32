"""The service by its contract documents: from arguments to use cases, and from their results to answers."""
