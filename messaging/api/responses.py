"""What the answers of several endpoints share."""

from rest_framework import status


def created_status(is_new: bool) -> int:
    """Return 201 for what was made by this request, 200 for what an earlier one made."""
    return status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
