"""Realtime events: published after the commit, sent to the open streams."""
