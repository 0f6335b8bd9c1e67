"""What a service says about how it runs, instruction by instruction, and what becomes of each.

Every module here accounts for one kind of file. Each instruction of such a file is carried over,
done by the standard in its own way, or left for a person: none is in none of the three.
"""
