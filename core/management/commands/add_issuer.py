from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.audit.record import Action, record
from core.auth.issuer_keys import UnreadableKeys, written_keys
from core.models import TokenIssuer


class Command(BaseCommand):
    help = "Take the tokens of a portal, or change how they are verified."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("issuer", help="the `iss` of its tokens")
        keys = parser.add_mutually_exclusive_group()
        keys.add_argument("--keys-url", help="the address of its public keys, a JWKS")
        keys.add_argument("--keys-file", type=Path, help="its public keys: a JWKS or a PEM")
        parser.add_argument("--audience", help="the `aud` of its tokens (default: liaison)")
        parser.add_argument(
            "--algorithm",
            action="append",
            choices=TokenIssuer.Algorithm.values,
            dest="algorithms",
            help="give it once for each (default: RS256 and ES256)",
        )
        parser.add_argument("--leeway", type=int, dest="leeway_seconds", help="seconds")
        parser.add_argument("--subject-claim", help="which claim names the person (default: sub)")
        parser.add_argument("--prefix", dest="external_id_prefix", help="before external ids")
        parser.add_argument(
            "--creates-people",
            action="store_true",
            default=None,
            help="create unknown people of clients that are known, from the claims client, email "
            "and name",
        )

    def handle(self, *args: Any, issuer: str, **options: Any) -> str:
        row = TokenIssuer.objects.filter(issuer=issuer).first() or TokenIssuer(issuer=issuer)
        is_new = row._state.adding
        if options["keys_url"]:
            row.keys_url, row.keys = options["keys_url"], ""
        if options["keys_file"]:
            row.keys_url, row.keys = "", _read(options["keys_file"])
        for name in NAMES:
            if options[name] is not None:
                setattr(row, name, options[name])
        row.is_active = True
        try:
            row.full_clean()
            if row.keys:
                written_keys(row.keys)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except UnreadableKeys as error:
            raise CommandError(str(error)) from error
        row.save()
        record(None, Action.SETTING_CREATED if is_new else Action.SETTING_CHANGED, row)
        return f"{issuer}: {'added' if is_new else 'changed'}. It counts within half a minute."


NAMES = (
    "audience", "algorithms", "leeway_seconds", "subject_claim", "external_id_prefix",
    "creates_people",
)  # fmt: skip


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from error
