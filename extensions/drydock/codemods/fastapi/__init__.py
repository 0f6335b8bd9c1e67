"""Rules for FastAPI and Starlette."""
