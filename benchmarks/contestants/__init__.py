"""What `serve.py` measures side by side: a small server a file, each in its own environment."""
