"""The child process that opens a file: its formats, one module each."""
