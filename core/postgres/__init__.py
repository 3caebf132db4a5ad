"""Django's PostgreSQL, whose lasting connections are looked at without a question."""
