"""The results of commands, and how they are shown."""
