"""How long conversations are kept: rules, legal holds, and the purge of what their time is over."""
