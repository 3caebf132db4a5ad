"""Judges a file in this process: what the pipeline would record, without a bucket or a child."""

import tempfile
from typing import NamedTuple

from attachments.decoder import main
from attachments.decoder.protocol import LARGE_PX, SMALL_PX, DecodeRequest
from attachments.scanning import sandbox, verdict
from attachments.scanning.embedded import Budget, objection_to_embedded
from attachments.scanning.sandbox import Decoded
from attachments.uploads import announce
from attachments.uploads.filenames import clean_name, with_extension_of
from attachments.uploads.formats import allowed_formats, extension_of, format_named


class Judged(NamedTuple):
    """What a person sees of a file. `reason` is empty for one that is ready."""

    reason: str
    name: str
    content_type: str
    kind: str
    detail: str = ""
    has_preview: bool = False


def judged(name: str, content: bytes) -> Judged:
    """Announce and analyse a file. Raises TypeNotAllowed for an ending that never passes."""
    name = clean_name(name)
    announced = announce.announced_format(name)
    with (
        tempfile.TemporaryFile() as file,
        tempfile.TemporaryFile() as small,
        tempfile.TemporaryFile() as large,
        tempfile.TemporaryFile() as shared,
        tempfile.TemporaryFile() as contents,
        tempfile.TemporaryFile() as embedded,
    ):
        file.write(content)
        file.flush()
        request = DecodeRequest(
            format=announced.name,
            family=announced.family,
            content_type=announced.content_type,
            extension=extension_of(name),
            formats=sandbox.known_formats(allowed_formats()),
            keeps_location=False,
            max_pixels=50_000_000,
            large_fd=large.fileno(),
            small_fd=small.fileno(),
            shared_fd=shared.fileno(),
            contents_fd=contents.fileno(),
            embedded_fd=embedded.fileno(),
        )
        report = main.decode(file, request)
        format = format_named(report.format) if report.format else announced
        decoded = Decoded(report, {SMALL_PX: small, LARGE_PX: large}, shared, contents, embedded)
        if objection := verdict.objection_to_contents(
            file, decoded, format
        ) or objection_to_embedded(decoded, Budget()):
            return Judged(
                objection.reason, name, format.content_type, format.kind, objection.detail
            )
    name = with_extension_of(format, name)
    return Judged("", name, format.content_type, format.kind, "", report.has_preview)
