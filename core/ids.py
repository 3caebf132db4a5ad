"""Make ids: UUID version 7 (RFC 9562). They grow with time, so new rows are close in an index."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()
