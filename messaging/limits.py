"""The limits that a caller may check before it asks: the settings are their only source."""

from typing import TypedDict

from django.conf import settings

from attachments.uploads.formats import extensions_by_kind
from attachments.uploads.refusals import extensions_by_reason
from messaging.models import BODY_LENGTH, SUBJECT_LENGTH


class Limits(TypedDict):
    message_max_characters: int
    subject_max_characters: int
    file_max_bytes: int
    files_per_message: int
    # Those that may be sent, by kind of file: {"image": ["jpg", …], "pdf": ["pdf"], …}.
    file_extensions: dict[str, list[str]]
    # Those that never pass, by the reason: {"archive": ["7z", …], …}. Others wait for the bytes.
    refused_extensions: dict[str, list[str]]


def limits() -> Limits:
    return {
        "message_max_characters": BODY_LENGTH,
        "subject_max_characters": SUBJECT_LENGTH,
        "file_max_bytes": settings.ATTACHMENT_MAX_BYTES,
        "files_per_message": settings.ATTACHMENTS_PER_MESSAGE,
        "file_extensions": extensions_by_kind(),
        "refused_extensions": extensions_by_reason(),
    }
