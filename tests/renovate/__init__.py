"""The real Renovate, run on services and on the presets in the docs."""
