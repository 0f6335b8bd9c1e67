"""Rules for the tools of a project: ruff does what black, isort, flake8 and pyupgrade did."""
