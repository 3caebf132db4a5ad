from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from core.auth import second_factors
from core.models import User


class Command(BaseCommand):
    help = (
        "Remove the second factors of a person who lost them, and tell that person by email. For "
        "the last manager, and after a change of SECRET_KEY; others are reset in the admin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        person = User.objects.filter(email=email).first()
        if person is None:
            raise CommandError(_("Nobody has this email."))
        if second_factors.reset(person):
            self.stdout.write(_("%(name)s has no second factor any more.") % {"name": person})
        else:
            self.stdout.write(_("%(name)s had no second factor.") % {"name": person})
