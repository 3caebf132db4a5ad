"""Who is told, by which channel and when."""
