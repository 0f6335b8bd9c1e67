"""`python -m <package>.chassis` is the command of the service too."""

from .cli import main

raise SystemExit(main())
