"""Code that the chassis makes redundant: reported by line, removed only if the rule is named."""
