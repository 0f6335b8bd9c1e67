"""Rules for development tools: ruff replaces black, isort, flake8 and pyupgrade."""
