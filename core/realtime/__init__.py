"""Server-sent events: published after the commit, handed to the open streams."""
