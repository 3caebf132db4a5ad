"""An answer by email: fetched, parsed, put into its conversation, or refused with words."""
