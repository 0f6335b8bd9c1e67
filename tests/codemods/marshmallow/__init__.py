"""marshmallow -> Pydantic, compared with marshmallow 3 and 4 on the same input."""
