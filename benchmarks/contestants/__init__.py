"""What `serve.py` measures side by side: one small server a file, each in an environment of its own."""
