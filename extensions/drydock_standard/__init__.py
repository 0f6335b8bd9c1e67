"""The standard of a service as checks for repo-review (https://repo-review.readthedocs.io)."""
