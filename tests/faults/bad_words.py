"""What a test of bad work and the worker that is to meet it agree on."""

POISON = "POISON"
# As many as show that they end, without waiting for the long leases of the last ones.
POISON_ATTEMPTS = 4
