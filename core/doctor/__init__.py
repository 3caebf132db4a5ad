"""What `manage.py doctor` asks: whether this installation is complete, in words, with what to do.

Each module has `examine`, which yields findings. The other apps have one in their `doctor.py`.
"""
