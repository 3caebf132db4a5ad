from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("People and chantiers")

    def ready(self) -> None:
        # Importing them registers them.
        from core import checks  # noqa: F401
        from core.database import folding  # noqa: F401
        from core.realtime import rights  # noqa: F401
