"""The search stays quick however much is written: plans, the cost of sending, two at once."""

import json
from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections

from core.models import User
from messaging.demo.bulk import Size, load
from messaging.models import Conversation, Message, SearchEntry, SearchOwed, SearchWord
from messaging.queries import search_pages
from messaging.queries.search_pages import Asked, Search
from messaging.search import index
from messaging.search.index import catch_up
from messaging.search.related import terms
from tests.cast import Say

MANY = Size(messages=20_000, conversations=400, clients=80)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def _plans_of(search: Search) -> list[list[dict[str, Any]]]:
    """Return the nodes of the plan of each statement that reads entries for a first page."""
    plans = []

    def explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "hits AS MATERIALIZED" in sql:
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                plan = cursor.fetchone()[0]
            plan = json.loads(plan) if isinstance(plan, str) else plan
            plans.append([*_nodes(plan[0]["Plan"])])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        search.page(None, 20)
    return plans


@pytest.mark.django_db
def test_page_is_read_by_indexes_and_a_frequent_word_by_the_newest_entries_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load(MANY, lambda _: None)
    monkeypatch.setattr(search_pages, "WALKED", 500)
    staff = User.objects.filter(role=User.Role.STAFF)[0]
    used = {}
    for typed in ("carrelage", "skydome", "carrelage skydome", "xqzwvk"):
        plans = _plans_of(Search(staff, Asked(terms=terms(typed))))
        reads = [
            node
            for plan in plans
            for node in plan
            if "searchentry" in node.get("Relation Name", "")
        ]
        assert all(node["Node Type"] != "Seq Scan" for node in reads), (typed, reads)
        used[typed] = {node.get("Index Name") for plan in plans for node in plan} - {None}

    assert "search_words" not in used["carrelage"]
    for typed in ("skydome", "carrelage skydome", "xqzwvk"):
        assert {"search_newest", "search_words"} <= used[typed], typed


@pytest.mark.django_db
def test_sending_writes_one_owed_row_and_reads_no_words(camille: User, say: Say) -> None:
    """Whoever sends waits for the trigger: it must stay one row."""
    catch_up(5)
    say(camille, "Le portail grince")

    assert [*SearchOwed.objects.values_list("kind", flat=True)].count("message") == 1
    assert not SearchEntry.objects.filter(kind="message").exists()
    assert not SearchWord.objects.filter(word="grince").exists()


@pytest.mark.django_db(transaction=True)
def test_writers_of_the_same_new_words_do_not_wait_for_each_other(
    camille: User, conversation: Conversation
) -> None:
    """Each writes a word that the other has written too, in another order, before it commits."""
    words, both_wrote = ("zinguerie", "abergement"), Barrier(2, timeout=20)
    errors: list[BaseException] = []

    def write(first: int) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("BEGIN; SET LOCAL lock_timeout = '5s'")
                for place in (first, 1 - first):
                    Message.objects.create(
                        conversation=conversation, author=camille, seq=10 + 2 * first + place,
                        version=1, body=words[place], draft_digest=bytes(32),
                    )  # fmt: skip
                    both_wrote.wait()
                cursor.execute("COMMIT")
            assert catch_up(20)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=write, args=(first,)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert errors == []
    assert SearchWord.objects.filter(word__in=words).count() == 2
    assert SearchEntry.objects.filter(kind="message").count() == 4


@pytest.mark.django_db
def test_statement_over_its_budget_leaves_what_the_newest_entries_gave(
    camille: User, odile: User, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(camille, "Le portail ancien")
    for number in range(3):
        say(camille, f"Le portail {number}")
    assert catch_up(5)
    monkeypatch.setattr(search_pages, "WALKED", 2)
    # A statement that takes longer than what it may.
    slow = "newest AS (SELECT pg_sleep(1)), hits AS MATERIALIZED ({scope})"
    monkeypatch.setattr(search_pages, "_ALL", slow)
    monkeypatch.setattr(search_pages, "BUDGET_MS", 20)

    found = Search(odile, Asked(terms=terms("portail"))).page(None, 20)

    assert len(found.entries) == 2
    assert found.count is not None
    assert found.count.is_more
    assert not found.is_complete


@pytest.mark.django_db
def test_row_that_postgresql_refuses_does_not_hold_back_the_others(
    camille: User, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(camille, "Le portail")
    broken = SearchOwed.objects.create(kind="message", row_id=uuid4())
    # As if PostgreSQL refused what this row says: it divides by zero.
    is_other = f"(1 / (owed.id <> '{broken.row_id}')::int = 1)"
    enter = index._ENTER.replace(
        "WITH owed AS (SELECT *",
        f"WITH owed AS (SELECT kind, CASE WHEN {is_other} THEN id END AS id",
    ).replace("AS o (kind, id)", "AS owed (kind, id)")
    monkeypatch.setattr(index, "_ENTER", enter)

    assert catch_up(20)

    assert SearchEntry.objects.filter(kind="message").count() == 1
