"""Alembic history of the tables that the portal owns."""
