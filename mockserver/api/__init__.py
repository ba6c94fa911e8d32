"""The service behind the contract documents: it maps arguments to use cases, and their results to responses."""
