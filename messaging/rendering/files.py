"""The files of a message: photos as pictures that open, any other file as a line that downloads.

The elements attachment-set and attachment-tile show the same.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from messaging.rendering.data_saver import PREVIEW_BYTES, saves_data
from messaging.rendering.icons import icon
from messaging.rendering.texts import file_text

Json = dict[str, Any]

ICONS = {
    "image": "picture", "pdf": "document", "document": "document", "video": "film",
    "audio": "sound",
}  # fmt: skip
NOTHING = SafeString("")
NEVER_CAME = ("never_received", "cancelled")
SHUT = ("blocked", "refused", "unreadable")
MEGABYTE = 1024 * 1024
NARROW_SPACE = "\u202f"


# Pictures are cropped to these ratios, as in attachment-tile.js.
NARROWEST = 0.62
WIDEST = 2.2
SIZES = {1: "is-one", 2: "", 3: "is-three", 4: ""}


def file_set(files: list[Json]) -> SafeString:
    if not files:
        return NOTHING
    pictures = [file for file in files if is_picture(file)]
    others = [file for file in files if not is_picture(file)]
    size = SIZES.get(len(pictures), "is-many")
    return format_html(
        "<s-attachment-set>{}{}</s-attachment-set>",
        _tiles(pictures, f"pictures {size}", file_text("photos", n=len(pictures))),
        _tiles(others, "", file_text("files", n=len(others))),
    )


def _tiles(files: list[Json], name: str, label: str) -> SafeString:
    if not files:
        return NOTHING
    is_alone = len(files) == 1
    tiles = format_html_join(
        "", "<li>{}</li>", ((tile(file, is_alone=is_alone),) for file in files)
    )
    return format_html('<ul class="{}" aria-label="{}">{}</ul>', name, label, tiles)


def tile(file: Json, *, is_alone: bool = False) -> SafeString:
    ratio = format_html(' data-ratio="{}"', ratio_of(file, is_alone=is_alone))
    return format_html(
        "<s-attachment-tile{}{}>{}</s-attachment-tile>",
        SafeString(" alone") if is_alone else NOTHING,
        ratio if is_picture(file) else NOTHING,
        _picture(file, is_alone=is_alone) if is_picture(file) else _row(file),
    )


def ratio_of(file: Json, *, is_alone: bool) -> str:
    """Return the width of a picture for a height of 1. Only a picture alone keeps its own."""
    if not is_alone:
        return "1"
    width, height = file["width"], file["height"]
    ratio = min(WIDEST, max(NARROWEST, width / height)) if width and height else 4 / 3
    return f"{ratio:.4g}"


def ratio_rules(ratios: Iterable[str]) -> str:
    """Return the style rules of the ratios of a page, which no attribute may hold under the CSP."""
    return "".join(
        f's-attachment-tile[data-ratio="{ratio}"]{{--ratio:{ratio}}}'
        for ratio in sorted(set(ratios))
    )


def is_picture(file: Json) -> bool:
    if file["status"] in SHUT:
        return False
    if file["status"] != "ready":
        return bool(file["kind"] == "image")
    return file["has_preview"] and file["kind"] not in ("pdf", "document")


def _picture(file: Json, *, is_alone: bool) -> SafeString:
    if file["status"] != "ready":
        state = state_label(file)
        return format_html(
            '<span class="picture" role="img" aria-label="{} – {}"><span class="blank">{}</span>'
            '<span class="chip">{}</span></span>',
            file["name"], state, icon(ICONS[file["kind"]]), state,
        )  # fmt: skip
    if file["has_preview"] and saves_data():
        return _offer(file)
    return format_html(
        '<a class="picture" href="{}" aria-label="{}">{}{}</a>',
        content_url(file["id"]),
        file_text("openFile", name=file["name"]),
        _image(file, is_alone=is_alone),
        format_html('<span class="play">{}</span>', icon("film"))
        if file["kind"] == "video"
        else NOTHING,
    )


def _offer(file: Json) -> SafeString:
    """Write what was sent with the message. The picture itself is loaded on a tap."""
    size = file_text("aboutSize", size=size_label(PREVIEW_BYTES))
    return format_html(
        '<a class="picture" href="{}" aria-label="{}">{}<span class="offer"><b>{}</b>{}</span></a>',
        preview_url(file["id"], 320),
        file_text("showFile", name=file["name"], size=size),
        _blur(file) or format_html('<span class="blank">{}</span>', icon(ICONS[file["kind"]])),
        file_text("showPicture"),
        size,
    )


def _blur(file: Json) -> SafeString:
    if not file["placeholder"]:
        return NOTHING
    return format_html('<img class="blur" src="{}" alt="">', file["placeholder"])


def _image(file: Json, *, is_alone: bool) -> SafeString:
    """Write what was sent with the message, and the picture, which messaging/inbox.html loads.

    Its address is no `src`: a browser whose link is slow would load the pictures of a thread in
    front of its scripts.
    """
    return format_html(
        '{}<img class="full needs-script" data-src="{}" alt="{}"><noscript>{}</noscript>',
        _blur(file),
        preview_url(file["id"], 320),
        file["name"],
        _img(file, is_alone=is_alone),
    )


def _img(file: Json, *, is_alone: bool) -> SafeString:
    width, height = file["width"] or 1, file["height"] or 1
    small = int(320 * width / max(width, height) + 0.5) if file["width"] else 320
    return format_html(
        '<img class="full is-there" src="{0}" srcset="{0} {1}w, {2} {3}w" sizes="{4}" alt="{5}"'
        ' loading="lazy" decoding="async">',
        preview_url(file["id"], 320), small, preview_url(file["id"], 1280), 4 * small,
        "20rem" if is_alone else "10rem", file["name"],
    )  # fmt: skip


def _row(file: Json) -> SafeString:
    is_shut = file["status"] in SHUT
    about = format_html(
        '{}<span class="text"><span class="name" title="{}">{}</span>'
        '<span class="about">{}</span>{}</span>',
        _mark(file), " – ".join(filter(None, (file["name"], detail_of(file)))), file["name"],
        _about(file), _reason("" if file["status"] == "ready" else file["reason"]),
    )  # fmt: skip
    if file["status"] != "ready":
        return format_html('<div class="row{}">{}</div>', " is-shut" if is_shut else "", about)
    return format_html(
        '<a class="row" href="{}" download aria-label="{}">{}<span class="go">{}</span></a>{}',
        content_url(file["id"]),
        file_text("downloadFile", name=file["name"], size=size_label(file["size"])),
        about, icon("download"), _player(file),
    )  # fmt: skip


def detail_of(file: Json) -> str:
    """Return how a readable file was checked."""
    return str(file["reason"]) if file["status"] == "ready" else ""


def _reason(reason: str) -> SafeString:
    return format_html('<span class="reason">{}</span>', reason) if reason else NOTHING


def _player(file: Json) -> SafeString:
    if file["kind"] != "audio":
        return NOTHING
    return format_html(
        '<audio controls controlslist="nodownload" preload="none" src="{}" aria-label="{}">'
        "</audio>",
        content_url(file["id"]),
        file_text("listenTo", name=file["name"]),
    )


def _mark(file: Json) -> SafeString:
    if file["status"] == "ready" and file["has_preview"] and not saves_data():
        return format_html(
            '<span class="page"><noscript><img class="page" src="{}" alt="" width="44" height="56"'
            ' loading="lazy"></noscript></span>',
            preview_url(file["id"], 320),
        )
    name = "warning" if file["status"] in SHUT else ICONS[file["kind"]]
    return format_html('<span class="mark">{}</span>', icon(name))


def _about(file: Json) -> SafeString:
    size = f"{extension_of(file['name']).upper()} · {size_label(file['size'])}"
    state = state_label(file)
    return format_html("<b>{}</b> · {}", state, size) if state else format_html("{}", size)


def state_label(file: Json) -> str:
    """Return the text about a file's state. It is empty for a file that is ready."""
    if file["status"] == "unreadable":
        return file_text("failed" if file["reason_code"] in NEVER_CAME else "unreadable")
    states = {"uploading": "uploading", "scanning": "scanning"}
    states |= {"blocked": "blocked", "refused": "blocked"}
    return file_text(states[file["status"]]) if file["status"] in states else ""


def extension_of(name: str) -> str:
    dot = name.rfind(".")
    return name[dot + 1 :].lower() if dot > 0 else ""


def size_label(size: int) -> str:
    """Return a number of bytes in words. Examples: 840 ko, 3,4 Mo."""
    if size < MEGABYTE:
        return _measure(max(1, int(size / 1024 + 0.5)), "k")
    return _measure(int(size / MEGABYTE * 10 + 0.5) / 10, "M")


def _measure(number: float, prefix: str) -> str:
    """Write a number as Intl.NumberFormat does, half away from zero."""
    digits = f"{number:,.1f}".removesuffix(".0")
    if not (get_language() or "fr").startswith("fr"):
        return f"{digits} {prefix}B"
    digits = digits.replace(",", NARROW_SPACE).replace(".", ",")
    return f"{digits}{NARROW_SPACE}{prefix}o"


@cache
def _address(name: str) -> str:
    """Return an address of the API with a place for the id: to reverse each would cost more."""
    nobody = "00000000-0000-0000-0000-000000000000"
    arguments = {"max_px": 1} if name == "attachment-preview" else {}
    return reverse(name, kwargs={"attachment_id": nobody, **arguments}).replace(nobody, "{}")


def content_url(attachment: str) -> str:
    return _address("attachment-content").format(attachment)


def preview_url(attachment: str, max_px: int) -> str:
    return _address("attachment-preview").format(attachment).removesuffix("1") + str(max_px)
