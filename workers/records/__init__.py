"""Write down every attempt: by attempt and by hour."""
