"""Rules for SQLAlchemy."""
