"""Authentication: sessions, bearer tokens, stream tickets, and the lockout of wrong passwords."""
