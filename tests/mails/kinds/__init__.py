"""What people and programs do with a mail, beyond answering above a quote."""
