"""The child process that decodes files stays within its limits, whatever they hold."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from attachments.decoder.protocol import Report
from attachments.scanning import sandbox
from attachments.scanning.sandbox import decoding
from attachments.uploads.formats import format_of
from tests.attachments import samples

MIB = 1024 * 1024


def report_on(name: str, content: bytes, tmp_path: Path) -> Report:
    format = format_of(name)
    assert format is not None
    (tmp_path / "file").write_bytes(content)
    with (
        (tmp_path / "file").open("rb") as file,
        decoding(file, format, keeps_location=False) as decoded,
    ):
        return decoded.report


def test_photo_of_12_megapixels_takes_less_than_150_mib(tmp_path: Path) -> None:
    report = report_on("photo.jpg", samples.large_photo(), tmp_path)

    assert (report.width, report.height) == (4000, 3000)
    assert report.peak_bytes < 150 * MIB


def test_file_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.01)

    assert report_on("photo.jpg", samples.photo(), tmp_path).reason == "too_complex"


def test_decoding_leaves_nothing_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)

    report_on("photo.jpg", samples.photo(gps=True), tmp_path)

    # The slots of the decoders are empty files that stay.
    assert [file.read_bytes() for file in folder.rglob("*") if file.is_file()] == [b""]


def test_video_has_a_still(tmp_path: Path) -> None:
    av = pytest.importorskip("av", reason="the `video` extra is not installed")
    content = io.BytesIO()
    with av.open(content, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        frames = [av.VideoFrame.from_image(samples.picture()) for _ in range(5)]
        for frame in [*frames, None]:
            container.mux(stream.encode(frame))

    for name in ("chantier.mp4", "chantier.mov"):
        report = report_on(name, content.getvalue(), tmp_path)
        assert (report.reason, report.detail) == ("", "")
        assert (report.width, report.height, report.has_preview) == (640, 480, True)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF"])
def test_damaged_photo_is_judged_and_never_ends_the_decoder(kind: str, tmp_path: Path) -> None:
    whole = samples.photo(kind, gps=kind != "GIF")
    name = f"photo.{kind.lower()}"

    for cut in range(20, len(whole), max(1, len(whole) // 6)):
        damaged = whole[:cut] + os.urandom(30) + whole[cut + 30 :]
        assert report_on(name, damaged, tmp_path).reason in (
            "", "unreadable", "too_complex", "name_and_type_differ", "location_not_removable",
        )  # fmt: skip


def test_picture_of_every_mode_has_a_preview(tmp_path: Path) -> None:
    for mode in ("1", "L", "LA", "P", "RGBA", "CMYK", "I;16"):
        content = io.BytesIO()
        kind = "TIFF" if mode in ("CMYK", "I;16") else "PNG"
        Image.new(mode, (40, 30)).save(content, kind)
        report = report_on(f"plan.{kind.lower()}", content.getvalue(), tmp_path)
        assert (report.reason, report.detail, report.has_preview) == ("", "", True), mode
