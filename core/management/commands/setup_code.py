from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from core.auth.first_manager import has_manager, setup_code


class Command(BaseCommand):
    help = "Print the code that the first-start page asks for, while there is no manager."
    # `manage.py up` waits for it.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> str:
        if has_manager():
            return ""
        return f"first manager: {settings.PUBLIC_URL}/start, setup code {setup_code()}"
