"""Alembic's scripts. A migration never imports the live tables."""
