"""marshmallow -> Pydantic, held to what marshmallow 3 and 4 do with the same input."""
