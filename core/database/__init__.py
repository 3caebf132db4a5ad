"""Database access: Django's PostgreSQL backend, and rows read by raw SQL."""
