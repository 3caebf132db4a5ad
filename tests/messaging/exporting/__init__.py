"""Exports: what is in them, who gets them, and what their verifier finds."""
