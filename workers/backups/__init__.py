"""Backups: the database and the objects of the bucket, taken, checked, kept and restored."""
