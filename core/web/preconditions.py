"""Hold what If-Match and If-None-Match ask (RFC 9110, section 13).

An entity tag is `"VERSION-DIGEST"`, or `"DIGEST"` for what has no version. A change compares the
version alone: the digest also covers what belongs to the reader, as an unread counter.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request

DIGEST_BYTES = 8
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"\s*(?:\*|{_TAG}(?:\s*,\s*{_TAG})*)\s*")
_OPAQUE = re.compile(r'\*|"([^"]*)"')


class PreconditionFailed(APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "precondition_failed"
    default_detail = _("This has changed since it was read. Read it again, then change it.")


@dataclass(frozen=True)
class Preconditions:
    """The tags of If-Match and If-None-Match, without quotes; None for a header that is not there.

    `*` is a tag of its own. A weak tag counts as a strong one: a proxy that compresses an answer
    makes its tag weak, and the version in it is still what the caller saw.
    """

    if_match: tuple[str, ...] | None = None
    if_none_match: tuple[str, ...] | None = None

    @property
    def is_given(self) -> bool:
        return self.if_match is not None or self.if_none_match is not None

    def check(self, version: object) -> None:
        """Raise PreconditionFailed unless they hold for a version that exists."""
        self._check(lambda tag: tag.partition("-")[0] == str(version))

    def check_tag(self, tag: str | None) -> None:
        """Raise PreconditionFailed unless they hold for a whole tag; None: it has none."""
        self._check(lambda given: tag is not None and f'"{given}"' == tag)

    def _check(self, is_current: Any) -> None:
        if self.if_match is not None and not _any(self.if_match, is_current):
            raise PreconditionFailed
        if self.if_none_match is not None and _any(self.if_none_match, is_current):
            raise PreconditionFailed


NO_PRECONDITIONS = Preconditions()


def preconditions(request: Request | HttpRequest) -> Preconditions:
    """Return the preconditions of a request. Raises ParseError for a malformed header."""
    return Preconditions(_tags(request, "If-Match"), _tags(request, "If-None-Match"))


def entity_tag(content: bytes, version: object = None) -> str:
    digest = hashlib.blake2b(content, digest_size=DIGEST_BYTES).hexdigest()
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'


def _tags(request: Request | HttpRequest, header: str) -> tuple[str, ...] | None:
    text = request.headers.get(header)
    if text is None:
        return None
    if not _TAGS.fullmatch(text):
        raise ParseError(
            _("%(header)s is no list of entity tags in double quotes.") % {"header": header}
        )
    return tuple(found[1] if found[1] is not None else "*" for found in _OPAQUE.finditer(text))


def _any(tags: tuple[str, ...], is_current: Any) -> bool:
    return any(tag == "*" or is_current(tag) for tag in tags)
