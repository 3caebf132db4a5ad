"""manage.py purge: delete what need not be kept any more, or say what that would be."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from core.models import Chantier
from core.web.errors import Refusal
from messaging.models import Conversation
from messaging.retention import orders


class Command(BaseCommand):
    help = "Order the purge of what the rules of retention say. Workers do it; holds are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")
        parser.add_argument("--chantier", metavar="ID", type=UUID, help="one that is archived")
        parser.add_argument("--because", default="", help="with --chantier and --again: why")
        parser.add_argument("--list", action="store_true", help="the purges, the newest first")
        parser.add_argument("--again", metavar="FILE", help="those of a --list --json")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **asked: Any) -> None:
        if asked["list"]:
            self._list(asked["json"])
        elif asked["dry_run"]:
            self._report(orders.report(self._chantier(asked["chantier"])), asked["json"])
        else:
            count = self._ordered(asked)
            text = f"{count} conversations are to be purged."
            self._say(asked["json"], {"ordered": count}, text)

    def _ordered(self, asked: dict[str, Any]) -> int:
        try:
            return self._order(self._chantier(asked["chantier"]), asked)
        except Refusal as refusal:
            raise CommandError(str(refusal.detail)) from refusal

    def _chantier(self, chantier_id: UUID | None) -> Chantier | None:
        if chantier_id is None:
            return None
        found = Chantier.objects.filter(pk=chantier_id).first()
        if found is None:
            raise CommandError(f"There is no chantier {chantier_id}.")
        return found

    def _order(self, chantier: Chantier | None, asked: dict[str, Any]) -> int:
        if asked["again"]:
            rows = Conversation.objects.filter(pk__in=_done_in(asked["again"]))
            return orders.order_by_hand(None, rows, asked["because"] or "Purged again.")
        if chantier is not None:
            rows = orders.of_chantier(chantier.pk)
            return orders.order_by_hand(None, rows, asked["because"])
        return orders.order_what_is_over()

    def _report(self, found: dict[str, Any], as_json: bool) -> None:
        if as_json:
            self._say(True, found, "")
            return
        for row in found["would_go"]:
            self.stdout.write(_line(row))
        for row in found["held"]:
            hold = row["hold"]
            self.stdout.write(f"held: {_line(row)}")
            self.stdout.write(f"  {hold['reason']} ({hold['by']}, {hold['since'][:10]})")
        totals = found["totals"]
        size = filesizeformat(totals["bytes"]).replace("\xa0", " ")
        self.stdout.write(
            f"{totals['conversations']} conversations would go: {totals['messages']} messages,"
            f" {totals['files']} files ({size}), {totals['notes']} notes."
            f" {totals['held']} are held."
        )

    def _list(self, as_json: bool) -> None:
        rows = [orders.order_shape(row) for row in orders.ordered().iterator(chunk_size=500)]
        if as_json:
            self._say(True, rows, "")
            return
        for row in rows:
            why = row["reason"] or f"{row['rule']}, {row['years']} years"
            counts = ", ".join(f"{count} {name}" for name, count in sorted(row["counts"].items()))
            place = " / ".join(filter(None, (row["client"], row["chantier"])))
            self.stdout.write(f"{row['state']}: {row['conversation']} ({place}): {why}. {counts}")
        self.stdout.write(f"{len(rows)} purges.")

    def _say(self, as_json: bool, shape: Any, text: str) -> None:
        self.stdout.write(json.dumps(shape, ensure_ascii=False, indent=1) if as_json else text)


def _line(row: dict[str, Any]) -> str:
    size = filesizeformat(row["bytes"]).replace("\xa0", " ")
    place = " / ".join(filter(None, (row["client"], row["chantier"])))
    return f"{place}: {row['subject']}: {row['messages']} messages, {row['files']} files ({size})"


def _done_in(name: str) -> list[str]:
    """Return the conversations that a list of purges names as done, or as under way."""
    try:
        rows = json.loads(Path(name).read_text())
        if not isinstance(rows, list):
            raise TypeError(rows)
        return [row["conversation"] for row in rows if row["state"] in ("done", "under_way")]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CommandError(f"{name} is no list of `manage.py purge --list --json`.") from error
