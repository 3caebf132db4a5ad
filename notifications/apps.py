from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        # They register and connect themselves, once the models are there.
        from notifications import checks, left_people, person_data, purged, signals  # noqa: F401
        from notifications.delivery import chain_faults  # noqa: F401
