"""Many services at once: where they are, who is behind, and what an update would do to each."""
