import django_stubs_ext
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# Without it, `ModelAdmin[Client]` and similar types fail at run time. Here and not in the settings:
# it imports the admin, and beat reads the settings without Django's apps.
django_stubs_ext.monkeypatch()


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("People and chantiers")

    def ready(self) -> None:
        # Importing them registers them.
        from core import audited_admin, checks  # noqa: F401
        from core.auth import audited  # noqa: F401
        from core.database import folding  # noqa: F401
        from core.realtime import rights  # noqa: F401
