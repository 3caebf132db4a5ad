"""Constants that a test of bad work and its worker share."""

POISON = "POISON"
# Fewer than the product allows: the last attempts would wait for longer leases.
POISON_ATTEMPTS = 4
