"""Running the application under uvicorn."""
