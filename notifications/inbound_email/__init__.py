"""An answer by email: received, parsed, put into its conversation, or answered with the reason."""
