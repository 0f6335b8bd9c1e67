"""The three-way merge of trees, and its way into a work tree."""
