"""Authentication: sessions, bearer tokens, stream tickets, lockout after wrong passwords."""
