from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _

from attachments.checks import antivirus_answers, antivirus_is_configured
from core.web import health


class AttachmentsConfig(AppConfig):
    name = "attachments"
    verbose_name = _("Files")

    def ready(self) -> None:
        register(antivirus_is_configured, Tags.security, deploy=True)
        # Files wait without it, and nobody else does.
        health.SAID_ONLY["antivirus"] = antivirus_answers
