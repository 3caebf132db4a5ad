"""Clients, people and chantiers that a portal or an ERP keeps in step."""
