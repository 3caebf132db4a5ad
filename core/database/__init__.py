"""Database access: the PostgreSQL backend, raw rows, email addresses, folded text."""
