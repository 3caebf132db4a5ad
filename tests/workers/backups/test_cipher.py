"""Sealed files: what goes in comes out, and nothing that was changed does."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.backups import cipher
from workers.backups.cipher import FRAME_BYTES, HEAD_BYTES, TAG_BYTES, Damaged, Key
from workers.backups.errors import BackupError

KEY, OTHER = Key("k" * 40), Key("o" * 40)
SEALED_FRAME = FRAME_BYTES + TAG_BYTES
CONTENT = bytes(range(256)) * (FRAME_BYTES * 3 // 256)


def sealed(content: bytes = CONTENT, name: str = "name") -> bytes:
    return b"".join(cipher.seal(KEY, name, [content]))


def opened(content: bytes, name: str = "name", *keys: Key) -> bytes:
    return b"".join(cipher.opened(keys or (KEY,), name, [content]))


def frames(content: bytes) -> list[bytes]:
    rest = content[HEAD_BYTES:]
    return [rest[at : at + SEALED_FRAME] for at in range(0, len(rest), SEALED_FRAME)]


SIZES = [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES]


@pytest.mark.parametrize("size", SIZES)
def test_content_comes_out_as_it_went_in_and_takes_the_bytes_that_were_told(size: int) -> None:
    content = CONTENT[:size]

    assert opened(sealed(content)) == content
    assert len(sealed(content)) == cipher.sealed_size(size)


@given(cuts=st.lists(st.integers(1, 400_000), max_size=6), size=st.sampled_from(SIZES))
def test_size_of_the_chunks_does_not_matter(cuts: list[int], size: int) -> None:
    def cut(content: bytes) -> list[bytes]:
        places = [0, *sorted({min(each, len(content)) for each in cuts}), len(content)]
        return [content[a:b] for a, b in pairwise(places)]

    there = b"".join(cipher.seal(KEY, "name", cut(CONTENT[:size])))

    assert b"".join(cipher.opened([KEY], "name", cut(there))) == CONTENT[:size]


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit of the content": lambda there: flipped(there, HEAD_BYTES + 5),
    "a bit of the salt": lambda there: flipped(there, HEAD_BYTES - 1),
    "a bit of the last tag": lambda there: flipped(there, len(there) - 1),
    "the last frame is gone": lambda there: there[: HEAD_BYTES + 2 * SEALED_FRAME],
    "cut inside a frame": lambda there: there[:-10],
    "two frames changed places": lambda there: b"".join(
        [there[:HEAD_BYTES], *(frames(there)[number] for number in (1, 0, 2))]
    ),
    "a frame is missing": lambda there: there[:HEAD_BYTES] + b"".join(frames(there)[1:]),
    "something was added": lambda there: there + bytes(20),
    "only the head": lambda there: there[:HEAD_BYTES],
    "nothing": lambda _: b"",
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_file_is_refused(change: str) -> None:
    with pytest.raises(Damaged):
        opened(CHANGES[change](sealed()))


def test_file_under_the_name_of_another_is_refused() -> None:
    with pytest.raises(Damaged):
        opened(sealed(name="one"), "two")


def test_wrong_key_is_named_and_the_right_one_among_several_opens() -> None:
    with pytest.raises(BackupError, match=f"another key.*{KEY.number.hex()}.*BACKUP_KEY"):
        opened(sealed(), "name", OTHER)

    assert opened(sealed(), "name", OTHER, KEY) == CONTENT


def test_short_key_is_refused_in_words() -> None:
    with pytest.raises(BackupError, match=r"has 5 characters and needs 32"):
        Key("short")


def test_same_content_is_never_sealed_the_same_way_twice() -> None:
    assert sealed() != sealed()


def test_name_of_an_object_depends_on_the_key() -> None:
    digest = bytes(32)

    assert KEY.name_of(digest) == Key("k" * 40).name_of(digest)
    assert KEY.name_of(digest) not in (OTHER.name_of(digest), digest.hex())
