import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.ids import id_of
from messaging.actions.chain import verify
from messaging.chain.faults import Fault
from messaging.models import ChainEntry, ChainRoot, Conversation
from messaging.queries.chain_roots import faults_of_roots


class Command(BaseCommand):
    help = (
        "Check that what was said is what was recorded: each entry of the chain against its rows,"
        " and the daily roots. Ends with 1 if something was altered, inserted or taken away."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--conversation", metavar="ID", help="check this one alone")
        parser.add_argument("--json", action="store_true", help="all faults, as JSON")

    def handle(self, *args: Any, conversation: str | None, json: bool, **options: Any) -> None:
        conversations = _wanted(conversation)
        faults = list(_faults(conversations, with_roots=conversation is None))
        checked = {
            "conversations": len(conversations),
            "entries": ChainEntry.objects.filter(conversation__in=conversations).count(),
            "roots": 0 if conversation else ChainRoot.objects.count(),
        }
        self.stdout.write(_as_json(checked, faults) if json else _in_words(checked, faults))
        if faults:
            raise SystemExit(1)


def _wanted(conversation: str | None) -> list[Conversation]:
    if conversation is None:
        return list(Conversation.objects.order_by("pk"))
    try:
        return [Conversation.objects.get(pk=id_of(conversation))]
    except (ValueError, Conversation.DoesNotExist) as error:
        raise CommandError(
            f"There is no conversation {conversation}. Give the id of one."
        ) from error


def _faults(conversations: list[Conversation], *, with_roots: bool) -> Iterator[Fault]:
    for each in conversations:
        yield from verify(each.pk)
    if with_roots:
        yield from faults_of_roots()


def _as_json(checked: dict[str, int], faults: list[Fault]) -> str:
    return json.dumps({**checked, "faults": [fault.as_json() for fault in faults]}, indent=2)


def _in_words(checked: dict[str, int], faults: list[Fault]) -> str:
    told = ", ".join(f"{count} {name}" for name, count in checked.items())
    if not faults:
        return f"All is as it was recorded: {told}."
    more = f"\n{len(faults) - 1} more: --json lists them." if len(faults) > 1 else ""
    return f"{faults[0]}\nChecked: {told}.{more}"
