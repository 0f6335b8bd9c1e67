"""The servers that `serve.py` compares: one small server per file, each in its own environment."""
