"""Make ids: UUID version 7 (RFC 9562). They grow with time, so new rows are close in an index."""

import re
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

PATTERN = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_ID = re.compile(PATTERN)


def new_id() -> UUID:
    return uuid7()


def id_of(text: Any) -> UUID:
    """Return the UUID of a text in its usual form, in either case. Raises ValueError.

    Python's `UUID` also reads `urn:uuid:`, braces and no hyphens: one id would have many spellings.
    """
    if not isinstance(text, str) or not _ID.fullmatch(text):
        raise ValueError(text)
    return UUID(text)
