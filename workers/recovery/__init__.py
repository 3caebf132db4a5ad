"""Find and run the jobs that nobody took, without broker or beat."""
