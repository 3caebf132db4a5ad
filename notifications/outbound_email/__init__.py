"""The email that says what is unread, and the address to answer it at."""
