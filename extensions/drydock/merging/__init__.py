"""The three-way merge of trees, and writing it to a work tree."""
