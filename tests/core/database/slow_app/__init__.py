"""An app whose migrations take long, and lock a table of the site."""
