"""Search a million messages, as the company and as clients do.

Each search is `GET /search` without its HTTP: words read, a page found, its texts cut, hits in
closed conversations counted. Beside it, in the same run: PostgreSQL folds a text that often, and
counts the folders of the same data.
"""

import time
from collections.abc import Callable

from django.core.management import call_command
from django.db import connection

from core.models import User
from messaging.queries.folders import counts
from messaging.queries.found_rows import hits_of_page
from messaging.queries.search_pages import Asked, Search
from messaging.search.related import terms
from tests.bench.report import against, percentile, table
from tests.bench.servers import Machine

AIM_MS = 150
FOLDERS_AIM_MS = 30
ROUNDS, LIMIT = 8, 20
SEARCHES = {
    "frequent word": ("carrelage", "peinture", "cuisine", "jeudi"),
    "two frequent words": ("carrelage cuisine", "plinthe parquet", "devis peinture"),
    "rare word": ("skydome", "moustiquaire", "parafoudre"),
    "forms": ("poser", "travaux", "confirmer"),
    "reference": ("CH-1777", "ch1042", "1500"),
    "name, and a word": ("Lefèvre carrelage", "famille perrin escalier"),
    "phone": ("06 12 34 56 78", "0633445566"),
    "beginning of a word": ("carrel", "plo", "ca"),
    "typing error": ("carelage", "echaffaudage", "plonberie"),
    "date": ("14/11/2026", "novembre 2026", "cuisine octobre 2026"),
    "nothing": ("xqzwvk", "dirigeable zeppelin"),
}


def run(_machine: Machine) -> None:
    call_command("bench_data", force=True)
    measure()


def measure() -> None:
    staff = User.objects.filter(role=User.Role.STAFF).first()
    client = User.objects.filter(role=User.Role.CLIENT, name__contains="-").first()
    assert staff is not None
    assert client is not None
    rows = []
    for reader, who in ((staff, "company"), (client, "client")):
        everything: list[float] = []
        for name, typed in SEARCHES.items():
            took = sorted(
                _ms(lambda text=text, reader=reader: _search(reader, text))  # type: ignore[misc]
                for _ in range(ROUNDS)
                for text in typed
            )
            everything += took
            rows.append((f"{who}: {name}", *_figures(took)))
        rows.append((f"{who}: all", *_figures(sorted(everything))))
    folding = sorted(_ms(_fold) for _ in range(ROUNDS * 4))
    rows.append(("folding 1,000 texts", *_figures(folding)))
    table("Searching 1,000,000 messages", ("", "p50 ms", "p95 ms"), rows)
    counting = sorted(_ms(lambda: counts(staff)) for _ in range(ROUNDS * 4))
    row = ("folders of the company", *_figures(counting, FOLDERS_AIM_MS))
    table("Counting what is in the folders", ("", "p50 ms", "p95 ms"), [row])


def _figures(took: list[float], aim_ms: float = AIM_MS) -> tuple[str, str]:
    return f"{percentile(took, 0.5):.1f}", against(percentile(took, 0.95), aim_ms, " ms")


def _search(reader: User, typed: str) -> None:
    search = Search(reader, Asked(terms=terms(typed)))
    found = search.page(None, LIMIT)
    hits_of_page(found.entries, found.terms)


def _fold() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(fold_text('Le béton de la façade ' || n)) FROM generate_series(1, 1000) n"
        )


def _ms(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000
