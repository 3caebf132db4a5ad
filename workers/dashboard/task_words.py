"""Find attempts by the words that their rows show.

The words are made when a row is shown (`workers.engine.descriptions`), so no index has them: the
attempts are read from the newest on, and their words are compared.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.text import without_accents
from workers.dashboard.labels import ByJob
from workers.dashboard.task_row import TaskRow, rows_of_attempts
from workers.engine.job_types import Text
from workers.models import TaskRun

# Attempts that are read and described at a time.
AT_A_TIME = 500
STATE_WORDS: dict[str, Text] = {
    "waiting": _("Waiting"),
    "running": _("Running"),
    "retrying": _("To be tried again"),
    "scheduled": _("Scheduled"),
    **{value: label for value, label in TaskRun.Outcome.choices if value != "dead"},
    "dead": _("Dead"),
}
SIGNS = ',.;:!?()«»“”"…·'
SAME = str.maketrans({"’": "'", "\u00a0": " ", "\u202f": " "})


Pair = tuple[TaskRun, TaskRow]


@dataclass(frozen=True)
class Batch:
    """Some of the attempts, with their rows, in the order they were read."""

    pairs: list[Pair]
    # The last attempt that was read, and whether it was the last of all.
    last: TaskRun
    is_end: bool


def folded(text: str) -> str:
    """Return a text without case and accents."""
    if text.isascii():
        return text.casefold()
    return _folded(text)


# Most words are those of the row before: the same task, person and conversation.
@lru_cache(maxsize=4_096)
def _folded(text: str) -> str:
    return without_accents(text.translate(SAME).casefold(), "NFKD")


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded, without the signs around them."""
    words = (word.strip(SIGNS) for word in folded(text).split())
    return [word for word in words if word]


def has_words(row: TaskRow, words: Iterable[str], also: str = "") -> bool:
    """Tell whether each of the words (folded) is in what the row shows, or in `also`."""
    owner = row.owner.name if row.owner else ""
    parts = (
        row.title, row.words, row.result, row.queue_title, STATE_WORDS[row.state], row.worker,
        row.error_class, row.error_text, row.note, owner, row.name, row.queue, row.subject, also,
    )  # fmt: skip
    shown = " ".join(folded(str(part)) for part in parts)
    return all(word in shown for word in words)


def batches(newest_first: QuerySet[TaskRun], text: str, job_types: ByJob) -> Iterator[Batch]:
    """Yield the attempts that have all the words of a text, AT_A_TIME read at once.

    `newest_first` is ordered by `-ended_at, -pk`. An empty text finds all of them.
    """
    words = words_of(text)
    left = newest_first
    while runs := list(left[:AT_A_TIME]):
        pairs = [
            (run, row)
            for run, row in zip(runs, rows_of_attempts(runs, job_types), strict=True)
            if not words or has_words(row, words, str(run.arguments))
        ]
        is_end = len(runs) < AT_A_TIME
        yield Batch(pairs, runs[-1], is_end)
        if is_end:
            return
        left = after(newest_first, runs[-1].ended_at, runs[-1].pk)


def after(newest_first: QuerySet[TaskRun], ended_at: datetime, pk: object) -> QuerySet[TaskRun]:
    """Return the attempts that follow one in this order."""
    follows = Q(ended_at__lt=ended_at) | Q(ended_at=ended_at, pk__lt=pk)
    # The first condition is the one that the index answers.
    return newest_first.filter(follows, ended_at__lte=ended_at)
