"""The real Renovate, and what it makes of services and of the presets in the docs."""
