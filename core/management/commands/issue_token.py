from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.audit.record import Action, record
from core.auth.jwt_tokens import issue_development_token
from core.models import User


class Command(BaseCommand):
    help = "Print a bearer token of the development issuer for a person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> str:
        if not settings.JWT_DEVELOPMENT_ISSUER:
            raise CommandError(
                "The development issuer is off here: set JWT_DEVELOPMENT_ISSUER=true, "
                "or take a token from your portal."
            )
        user = User.objects.filter(email=email, is_active=True).first()
        if user is None:
            raise CommandError(f"No active person has the email {email}.")
        record(None, Action.TOKEN_ISSUED, user, {"by": "issue_token"})
        return issue_development_token(user)
