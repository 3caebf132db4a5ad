"""Search words: what a person types, as a query, and the hits in a text."""
