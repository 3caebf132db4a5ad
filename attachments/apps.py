from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _

from attachments.checks import antivirus_is_configured


class AttachmentsConfig(AppConfig):
    name = "attachments"
    verbose_name = _("Files")

    def ready(self) -> None:
        register(antivirus_is_configured, Tags.security, deploy=True)
