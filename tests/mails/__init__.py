"""Mails in the shape of real programs, each with the message that it should become."""
