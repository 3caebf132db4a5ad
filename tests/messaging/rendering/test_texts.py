"""The server says what the elements say, in both languages."""

from typing import Any

import pytest
from django.utils import translation

from messaging.rendering import dates, texts
from messaging.rendering.files import size_label
from messaging.rendering.line_texts import LINES
from messaging.rendering.people import initials
from messaging.rendering.waits import wait_of
from tests.in_node import in_node

DICTIONARIES = {
    "core": texts.CORE,
    "attachments": texts.ATTACHMENTS,
    "messaging": texts.MESSAGING,
    "messaging/desk": texts.DESK,
    "messaging/desk/thread": LINES,
}
LANGUAGES = ["fr", "en"]
ONE_DAY_OF_EACH_MONTH = [f"2026-{month:02}-{month + 10:02}T06:05:00Z" for month in range(1, 13)]
MOMENTS = [
    *ONE_DAY_OF_EACH_MONTH,
    "2025-11-28T12:00:00Z", "2026-11-28T10:29:40Z", "2026-11-28T10:29:00Z", "2026-11-28T09:31:00Z",
    "2026-11-28T08:00:00Z", "2026-11-27T22:59:00Z", "2026-11-27T23:01:00Z", "2026-11-26T23:30:00Z",
    "2026-11-21T23:30:00Z", "2026-11-21T10:00:00Z", "2026-11-25T12:00:00Z", "2026-10-25T00:30:00Z",
]  # fmt: skip
NOW = "2026-11-28T10:30:00Z"

every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_language
@pytest.mark.parametrize("app", DICTIONARIES)
def test_texts_of_the_server_are_those_of_the_elements(app: str, language: str) -> None:
    said: dict[str, object] = in_node(f"return (await import('#{app}/i18n/{language}.js')).default")

    with translation.override(language):
        ours = {
            key: {"one": str(text[0]), "other": str(text[1])}
            if isinstance(text, tuple)
            else str(text)
            for key, text in DICTIONARIES[app].items()
        }

    assert ours == {key: said[key] for key in ours}


@every_language
@pytest.mark.parametrize("count", [0, 1, 2, 12])
def test_one_and_several_are_chosen_as_browsers_do(language: str, count: int) -> None:
    theirs = in_node(
        "return (await import('#messaging/i18n/index.js')).t('unreadCount', { n: given })",
        count,
        language=language,
    )

    with translation.override(language):
        assert texts.t("unreadCount", n=count) == theirs


@every_language
def test_dates_are_those_of_the_elements(language: str) -> None:
    theirs = in_node(
        """const { clock, dayLabel, exactLabel, shortLabel } = await import("#core/time.js");
        const now = new Date(given.now);
        return given.moments.map((moment) => new Date(moment)).map((date) =>
          [clock(date), dayLabel(date, now), exactLabel(date), shortLabel(date, now)]);""",
        {"now": NOW, "moments": MOMENTS},
        language=language,
    )

    now = dates.local(NOW)
    with translation.override(language):
        ours = [
            [
                dates.clock(date),
                dates.day_label(date, now),
                dates.exact_label(date),
                dates.short_label(date, now),
            ]
            for date in map(dates.local, MOMENTS)
        ]

    assert ours == theirs


WAITING = "2026-11-27T08:00:00Z"
LAST = {"created_at": WAITING, "is_thanks": False}
WAITS: list[dict[str, Any]] = [
    {"status": "closed"},
    {"awaiting_reply_since": None},
    {"answer_due_at": None},
    {"last_message": {**LAST, "is_thanks": True}},
    *(
        {"snoozed_until": until}
        for until in ("2026-11-28T17:00:00Z", "2026-11-29T07:00:00Z", "2026-11-30T07:30:00Z",
                      "2026-12-14T07:00:00Z")
    ),
    *(
        {"answer_due_at": due, "answer_amber_at": amber}
        for due in ("2026-11-28T13:30:00Z", "2026-11-30T08:00:00Z", "2026-12-24T08:15:00Z",
                    "2026-11-28T10:29:40Z", "2026-11-28T09:29:00Z", "2026-11-28T08:00:00Z",
                    "2026-11-26T11:00:00Z", "2026-11-25T10:00:00Z")
        for amber in (None, "2026-11-28T10:30:00Z", "2026-11-28T10:30:01Z")
    ),
]  # fmt: skip


@every_language
def test_what_rows_wait_for_is_that_of_the_elements(language: str) -> None:
    usual: dict[str, Any] = {
        "status": "open", "snoozed_until": None, "awaiting_reply_since": WAITING,
        "answer_amber_at": None, "answer_due_at": "2026-11-28T14:00:00Z", "last_message": LAST,
    }  # fmt: skip
    rows = [usual | changed for changed in WAITS]
    theirs = in_node(
        """const { waitOf } = await import("#messaging/components/waits.js");
        return given.rows.map((row) => waitOf(row, new Date(given.now)))""",
        {"now": NOW, "rows": rows},
        language=language,
    )

    now = dates.local(NOW)
    with translation.override(language):
        ours = [wait_of(row, now) for row in rows]

    assert [wait and wait._asdict() for wait in ours] == theirs


@every_language
def test_sizes_of_files_are_those_of_the_elements(language: str) -> None:
    sizes = [
        1,
        511,
        512,
        1024,
        1536,
        860_000,
        1_048_575,
        1_048_576,
        1_100_000,
        3_565_158,
        52_428_800,
    ]
    theirs = in_node(
        "const { sizeLabel } = await import('#attachments/files.js'); return given.map(sizeLabel)",
        sizes,
        language=language,
    )

    with translation.override(language):
        assert [size_label(size) for size in sizes] == theirs


def test_initials_are_those_of_the_elements() -> None:
    names = [
        "Odile Perrin",
        "Famille Morel",
        "Odile",
        "Jean-Luc D'Arc",
        "SCI 2000",
        "élodie ñu",
        "7",
        "",
    ]
    theirs = in_node(
        """delete globalThis.document;
        await import("lit");
        const { initials } = await import("#core/components/person-avatar.js");
        return given.map(initials)""",
        names,
    )

    assert [initials(name) for name in names] == theirs
