"""What came of a command, and how it is shown."""
