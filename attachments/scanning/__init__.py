"""From bytes in quarantine to a verdict and a file that may be served."""
