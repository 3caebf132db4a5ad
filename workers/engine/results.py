"""Say in words what became of a row that a job worked on; "" while the work is not done."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attachments.models import Attachment
from messaging.models import Message, Notice
from notifications.models import Delivery, ForwardedEmail, WebhookDelivery
from notifications.planning.rules import Skip
from workers.engine.job_types import Text

SKIPS: Mapping[str, Text] = {
    Skip.READ: gettext_lazy("Not sent: already read"),
    Skip.DELETED: gettext_lazy("Not sent: the message was deleted"),
    Skip.DISPLAYED: gettext_lazy("Not sent: already shown elsewhere"),
    Skip.MUTED: gettext_lazy("Not sent: the conversation is muted"),
    Skip.UNWANTED: gettext_lazy("Not sent: the person does not want it"),
    Skip.NO_ACCESS: gettext_lazy("Not sent: the person has no access any more"),
    Skip.NO_DEVICE: gettext_lazy("Not sent: no device is known"),
    Skip.HELD_BACK: gettext_lazy("Not sent: this was a copy, then it was too old"),
}
DELIVERED: Mapping[str, Text] = {
    Delivery.Status.SENT: gettext_lazy("Sent"),
    Delivery.Status.DISPLAYED: gettext_lazy("Shown on a device"),
    Delivery.Status.FAILED: gettext_lazy("Refused for good"),
    Delivery.Status.DEAD: gettext_lazy("Given up"),
}
NUMBER = re.compile(r"\d+")


def of_message(message: Message) -> Text:
    return _("Counted and announced") if message.fanned_out_at else ""


def of_attachment(file: Attachment) -> Text:
    if file.status in (Attachment.Status.UPLOADING, Attachment.Status.SCANNING):
        return ""
    verdict = file.get_verdict_display()
    return f"{file.get_status_display()} ({verdict})" if verdict else file.get_status_display()


def of_delivery(delivery: Delivery) -> Text:
    if delivery.status == Delivery.Status.SKIPPED:
        return SKIPS.get(delivery.reason, delivery.get_status_display())
    return DELIVERED.get(delivery.status, "")


def of_notice(notice: Notice) -> Text:
    return _("Sent") if notice.sent_at else ""


def of_forwarded(email: ForwardedEmail) -> Text:
    if email.ended_at is None:
        return ""
    return _("Refused: %(reason)s") % {"reason": email.refusal} if email.refusal else _("Sent")


def of_webhook(delivery: WebhookDelivery) -> Text:
    if delivery.sent_at is None:
        return ""
    return _("Sent, answered %(status)s") % {"status": delivery.answer_status}


def of_periodic(result: str, words: Text) -> Text:
    """Return a result of periodic work in words: "4 left" in "Still to do: %s" is "Still to do: 4".

    A result with more or fewer numbers than the words have places is returned as it is.
    """
    numbers = NUMBER.findall(result)
    if not words or str(words).count("%s") != len(numbers):
        return result
    return str(words) % tuple(numbers)
