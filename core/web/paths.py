"""Ids in the paths of addresses."""

from django.urls.converters import UUIDConverter

from core.ids import PATTERN


class IdConverter(UUIDConverter):
    """Take a UUID in either case. Django's takes lower case only, and answers 404 to the other."""

    regex = PATTERN
