"""Parsed files: one node type, one reader per format, no git."""
