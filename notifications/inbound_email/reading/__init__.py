"""Read the content of an email: its whole text, its files, and what could be neither."""
