"""The rows of the server are those of the elements, for histories of every kind."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from messaging.rendering.timeline import (
    DayRow,
    LineRow,
    MessageRow,
    ReopenedRow,
    Row,
    timeline,
)
from tests.in_node import in_node

GAPS = [0, 1, 299.999, 300, 300.001, 900, 40_000, 90_000, -30, -100_000]  # seconds
AUTHORS = ["camille", "odile", "bruno"]


def written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def line(number: int) -> dict[str, Any]:
    return {"id": f"line-{number}", "version": number, "kind": ["opened", "reopened"][number % 2]}


def history(seed: int) -> dict[str, Any]:
    random = Random(seed)
    moment = datetime(2026, 3, 28, 21, 0, 0, 500, tzinfo=UTC)
    messages: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for seq in range(40):
        if seq == 0 or random.random() < 0.2:
            lines.append({**line(len(lines)), "after_seq": seq, "at": written(moment)})
        if seq == 0:
            continue
        moment += timedelta(seconds=random.choice(GAPS))
        author = random.choice(AUTHORS)
        created_at = written(moment)
        person = {"id": author, "name": author.title()}
        messages.append({"id": str(seq), "seq": seq, "author": person, "created_at": created_at})
    return {
        "messages": messages,
        "lines": lines,
        "unreadAfter": random.choice([None, 0, 20, 39]),
        "closedUpTo": random.choice([0, 12]),
    }


def row_in_words(row: Row) -> list[Any]:
    if isinstance(row, MessageRow):
        return ["message", row.message["id"], row.is_first, row.is_last]
    if isinstance(row, LineRow):
        return ["line", row.line["id"], row.opens_again]
    if isinstance(row, ReopenedRow):
        return ["reopened", row.name]
    return ["day", row.date.day] if isinstance(row, DayRow) else ["unread"]


def test_rows_are_those_of_the_elements() -> None:
    histories = [history(seed) for seed in range(30)]
    theirs = in_node(
        """const { timeline } = await import("#messaging/state/timeline.js");
        const said = {
          day: ({ date }) => [date.getDate()],
          unread: () => [],
          reopened: ({ name }) => [name],
          line: ({ line, opensAgain }) => [line.id, opensAgain],
          message: ({ message, isFirst, isLast }) => [message.id, isFirst, isLast],
        };
        const me = { id: "camille" };
        const inWords = (row) => [row.kind, ...said[row.kind](row)];
        return given.map((each) => timeline({ ...each, me }).map(inWords));""",
        histories,
    )

    for given, expected in zip(histories, theirs, strict=True):
        rows = timeline(
            given["messages"],
            given["lines"],
            reader="camille",
            unread_after=given["unreadAfter"],
            closed_up_to=given["closedUpTo"],
        )
        assert [row_in_words(row) for row in rows] == expected
