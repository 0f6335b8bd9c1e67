"""Files taken apart: one node, one reader for each format, and nothing of git."""
