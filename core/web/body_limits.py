"""Tell how large the body of a request may be."""

from django.conf import settings


def max_bytes_of(path: str) -> int:
    """Return the limit of a path, by BODY_MAX_BYTES."""
    limits: dict[str, int] = settings.BODY_MAX_BYTES
    return next(
        limit
        for place, limit in limits.items()
        if path == place or (place.endswith("/") and path.startswith(place))
    )
