"""An app whose migrations hold up a running site. They are never applied."""
