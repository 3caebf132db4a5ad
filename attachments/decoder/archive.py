"""Archives of ZIP inside a document: their members are taken out, to be judged one by one.

Other archives are refused: nobody sees what they hold.
"""

import zipfile
from collections.abc import Iterator
from typing import IO

from attachments.decoder.extracted import CONTENTS_MAX_BYTES, write_embedded
from attachments.decoder.protocol import DecodeRequest, Refused, Report

CHUNK_BYTES = 256 * 1024


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Take out the members of an archive. Raises Refused for one that cannot be looked into."""
    if not zipfile.is_zipfile(file):
        raise Refused("archive", "not of ZIP")
    with zipfile.ZipFile(file) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if any(member.flag_bits & 0x1 for member in members):
            raise Refused("encrypted", "in an archive")
        if sum(member.file_size for member in members) > CONTENTS_MAX_BYTES:
            raise Refused("too_complex", "more than 200 MB inside")
        taken_out = ((member.filename, _chunks(archive, member)) for member in members)
        return Report(embedded=write_embedded(request, taken_out))


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(member) as opened:
            while chunk := opened.read(CHUNK_BYTES):
                yield chunk
    except NotImplementedError as error:
        # zipfile's word for a compression that it does not know.
        raise Refused("archive", str(error)) from error
