"""Set who stamps the daily roots of the chains with a time (RFC 3161)."""

from core.settings.env import env

# Empty: the roots have no time stamp. What leaves is one hash a day.
TIMESTAMP_AUTHORITY_URL = env.str("TIMESTAMP_AUTHORITY_URL", default="")
# A PEM file with the root certificates of that authority. Empty: the signature of a stamp is kept
# and not checked.
TIMESTAMP_AUTHORITY_CERTIFICATES = env.str("TIMESTAMP_AUTHORITY_CERTIFICATES", default="")
