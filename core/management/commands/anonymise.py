"""manage.py anonymise: take away who a person was, or list the people of whom that was done."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from core.leaving import anonymise
from core.models import User
from core.web.errors import Refusal


class Command(BaseCommand):
    help = "Anonymise a person who left for good. What they wrote stays. It cannot be taken back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--list", action="store_true", help="the ids of those it was done to")
        parser.add_argument("--again", metavar="FILE", help="after a restore: those of a --list")

    def handle(self, *args: Any, **asked: Any) -> None:
        if asked["list"]:
            self._list()
        elif asked["again"]:
            self._again(asked["again"])
        elif asked["email"]:
            self._one(asked["email"], is_confirmed=asked["yes"])
        else:
            raise CommandError(_("Give the email of the person, --list, or --again FILE."))

    def _list(self) -> None:
        done = User.objects.filter(anonymised_at__isnull=False).order_by("anonymised_at")
        ids = [str(key) for key in done.values_list("pk", flat=True)]
        self.stdout.write(json.dumps(ids, indent=1))

    def _again(self, name: str) -> None:
        try:
            ids: list[str] = json.loads(Path(name).read_text())
            people = list(User.objects.filter(pk__in=ids, anonymised_at=None, merged_into=None))
        except (OSError, ValueError, TypeError) as error:
            raise CommandError(f"{name} is no list of `manage.py anonymise --list`.") from error
        for person in people:
            self._anonymise(person)
        self.stdout.write(f"{len(people)} people are anonymised again.")

    def _one(self, email: str, *, is_confirmed: bool) -> None:
        person = User.objects.filter(email=email.strip().lower()).first()
        if person is None:
            raise CommandError(_("Nobody has this email."))
        if not is_confirmed:
            question = _("%(name)s is anonymised for ever. Type the email again: ")
            if input(question % {"name": person}).strip().lower() != person.email:
                raise CommandError(_("Nothing was changed."))
        self._anonymise(person)
        self.stdout.write(_("Done. Workers replace the name where it still stands."))

    def _anonymise(self, person: User) -> None:
        try:
            anonymise(person, by=None, confirm=person.email)
        except Refusal as refusal:
            raise CommandError(str(refusal.detail)) from refusal
