"""Recordings and films as phones make them, as short as their formats allow."""

import io
import math
import struct
import wave

_EBML = (
    b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"
    b"B\x87\x81\x04B\x85\x81\x02"
)


def wav(seconds: float = 2.0, rate: int = 8000) -> bytes:
    """A tone that every browser plays."""
    content = io.BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        tone = (int(9000 * math.sin(at / rate * 2764)) for at in range(int(rate * seconds)))
        sound.writeframes(b"".join(struct.pack("<h", value) for value in tone))
    return content.getvalue()


def iso(brand: bytes, *tracks: bytes, has_samples_first: bool = False) -> bytes:
    """An MP4 of a brand, with tracks of these types (`soun`, `vide`)."""
    movie = _box(b"moov", *(_box(b"trak", _box(b"mdia", _handler(track))) for track in tracks))
    samples = _box(b"mdat", b"\x11" * 500)
    head = _box(b"ftyp", brand, b"\0\0\2\0", brand, b"isom")
    return head + (samples + movie if has_samples_first else movie + samples)


def ogg() -> bytes:
    """The first page of a voice note of WhatsApp."""
    return b"OggS\0\2" + bytes(20) + b"\1\x13OpusHead\1\1" + bytes(30)


def mp3(*, has_tag: bool = True) -> bytes:
    tag = b"ID3\3\0\0\0\0\0\x0a" + bytes(10) if has_tag else b""
    return tag + (b"\xff\xfb\x90\x64" + bytes(413)) * 3


def aac() -> bytes:
    return (b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)) * 4


def amr() -> bytes:
    """A voice note of older phones, by chance of letters alone."""
    return b"#!AMR\n" + b"\x3c" * 320


def flac() -> bytes:
    return b'fLaC\0\0\0"\x10\0\x10\0' + bytes(40)


def caf() -> bytes:
    return b"caff\0\1\0\0desc\0\0\0\0\0\0\0\x20" + bytes(32)


def webm(*codecs: bytes) -> bytes:
    """A WebM whose tracks have these codings (`A_OPUS`, `V_VP9`)."""
    tracks = b"".join(b"\x86" + bytes([0x80 + len(codec)]) + codec for codec in codecs)
    return _EBML + bytes(40) + tracks


def _box(name: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + name + content


def _handler(track: bytes) -> bytes:
    return _box(b"hdlr", bytes(8) + track + bytes(12) + b"x\0")
