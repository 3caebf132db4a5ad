from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkersConfig(AppConfig):
    name = "workers"
    verbose_name = _("Background work")

    def ready(self) -> None:
        # It adds its columns to a list of `core`.
        from workers import left_people  # noqa: F401
