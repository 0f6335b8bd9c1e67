"""The template as Copier sees it: its releases, its questions and answers, its renders."""
