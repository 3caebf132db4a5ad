from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _

from attachments.checks import antivirus_answers, antivirus_is_configured, bucket_stores_files
from core.web import health


class AttachmentsConfig(AppConfig):
    name = "attachments"
    verbose_name = _("Files")

    def ready(self) -> None:
        register(antivirus_is_configured, Tags.security, deploy=True)
        # Files wait without them, and messages do not.
        health.SAID_ONLY["antivirus"] = antivirus_answers
        health.SAID_ONLY["storage of files"] = bucket_stores_files
