"""What a person may see of conversations and messages. The reader comes first."""
