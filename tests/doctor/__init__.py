"""`manage.py doctor` on installations that are whole, and on such as people really break."""
