"""The outcome of each instruction about how a service runs.

Every module here accounts for one kind of file. Each instruction of such a file is carried over,
covered by the standard, or left by hand. None is skipped.
"""
