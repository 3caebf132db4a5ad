"""What happens under a conversation's row lock."""
