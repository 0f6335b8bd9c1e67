"""Rules for Redis clients."""
