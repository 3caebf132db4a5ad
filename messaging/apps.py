from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "messaging"
    verbose_name = _("Messaging")

    def ready(self) -> None:
        # It listens for what happens in `core`.
        from messaging import (  # noqa: F401
            archived_chantiers,
            audited,
            merged_people,
            purged_exports,
        )
        from messaging.retention import traces  # noqa: F401
