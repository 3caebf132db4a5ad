"""People, clients and chantiers from a spreadsheet: read, matched, put, reported in words."""
