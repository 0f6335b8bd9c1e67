"""The standard for services, as checks for repo-review (https://repo-review.readthedocs.io)."""
