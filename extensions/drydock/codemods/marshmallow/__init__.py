"""Rules for marshmallow."""
