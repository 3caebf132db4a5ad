"""Read the body of a request as JSON (RFC 8259), and refuse what two programs could read apart."""

import json
from codecs import lookup
from math import isfinite
from typing import IO, Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from core.web.errors import BodyTooLarge

# The deepest body of the API has 4 levels. A limit of our own, since what Python's parser still
# reads can be too deep for the code that shows it in an error.
DEPTH = 32
# Python's time to read an integer grows with the square of its length.
DIGITS = 100
CHARSETS = frozenset({"utf-8", "ascii"})


class JsonParser(BaseParser):
    """Parse JSON in UTF-8. Raises ParseError, BodyTooLarge or UnsupportedMediaType."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        encoding = (parser_context or {}).get("encoding") or settings.DEFAULT_CHARSET
        text = _text_of(stream, encoding, media_type or self.media_type)
        try:
            value = json.loads(
                text,
                object_pairs_hook=_object,
                parse_constant=_not_a_number,
                parse_float=_float,
                parse_int=_integer,
            )
        except json.JSONDecodeError as error:
            raise ParseError(
                _("This is not JSON, from character %(position)d on.") % {"position": error.pos}
            ) from error
        except RecursionError as error:
            raise ParseError(_("This JSON is nested too deeply.")) from error
        _check(value)
        return value


def _text_of(stream: IO[Any], encoding: str, media_type: str) -> str:
    if lookup(encoding).name not in CHARSETS:
        raise UnsupportedMediaType(media_type)
    limit: int = settings.BODY_MAX_BYTES["/"]
    raw: bytes = stream.read(limit + 1)
    if len(raw) > limit:
        raise BodyTooLarge(limit)
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise ParseError(_("This JSON is not in UTF-8.")) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ParseError(_("This JSON has the same name twice in one object."))
    return found


def _not_a_number(text: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ParseError(_("This JSON has a number that is none, or is too large."))


def _float(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        _not_a_number(text)
    return number


def _integer(text: str) -> int:
    if len(text) > DIGITS:
        _not_a_number(text)
    return int(text)


def _check(value: Any) -> None:
    """Refuse what is nested too deeply, and half of a surrogate pair, which UTF-8 cannot hold."""
    level = [value]
    for _depth in range(DEPTH):
        if any(isinstance(each, str) and not _is_whole(each) for each in level):
            raise ParseError(_("This JSON has half a character."))
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return
    raise ParseError(_("This JSON is nested too deeply."))


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _is_whole(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)
