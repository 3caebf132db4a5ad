"""Describe rows in words for people: which message, of whom, and a link to it."""

from collections.abc import Iterable, Mapping

from django.db.models import Q
from django.utils.translation import gettext as _

from attachments.models import Attachment
from core.ids import id_of
from core.models import OutgoingEvent, PasswordReset
from messaging.models import (
    Conversation,
    Export,
    Forgetting,
    Message,
    MessageAttachment,
    Notice,
    PurgeOrder,
)
from notifications.models import (
    Channel,
    Delivery,
    ForwardedEmail,
    WebhookDelivery,
    WebhookEndpoint,
)
from workers.engine import results
from workers.engine.job_types import Description


def about(text: str) -> set[str]:
    """Return the ids of all rows that belong to the message or conversation of that id.

    These are its messages, their files and their deliveries. Empty when the text is no such id.
    """
    try:
        wanted = id_of(text)
    except ValueError:
        return set()
    found = Message.objects.filter(Q(pk=wanted) | Q(conversation=wanted))
    files = MessageAttachment.objects.filter(message__in=found)
    told = Delivery.objects.filter(message__in=found)
    return {
        str(key)
        for keys in (
            found.values_list("pk", flat=True),
            files.values_list("attachment", flat=True),
            told.values_list("pk", flat=True),
        )
        for key in keys
    }


def messages(keys: Iterable[str]) -> Mapping[str, Description]:
    """Describe messages, in one query."""
    rows = Message.objects.filter(pk__in=list(keys)).select_related(
        "author", "conversation__chantier", "conversation__client"
    )
    return {
        str(row.pk): Description(_words(row), _link(row), results.of_message(row)) for row in rows
    }


def _words(message: Message) -> str:
    conversation = message.conversation
    values = {"author": message.author.name, "subject": conversation.subject}
    if conversation.chantier:
        values["chantier"] = conversation.chantier.name
        return _("Message of %(author)s, “%(subject)s”, chantier %(chantier)s") % values
    return _("Message of %(author)s, “%(subject)s”") % values


def _link(message: Message) -> str:
    return f"/staff/messages/{message.conversation_id}#m-{message.pk}"


def attachments(keys: Iterable[str]) -> Mapping[str, Description]:
    """Describe files, in two queries, with a link once a message shows them."""
    files = Attachment.objects.filter(pk__in=list(keys)).select_related("uploader")
    shown = MessageAttachment.objects.filter(attachment__in=files).select_related("message")
    links = {link.attachment_id: _link(link.message) for link in shown}
    return {
        str(file.pk): Description(
            _("File “%(name)s” of %(uploader)s")
            % {"name": file.name, "uploader": file.uploader.name},
            links.get(file.pk, ""),
            results.of_attachment(file),
        )
        for file in files
    }


def _told_by(channel: str) -> str:
    if channel == Channel.PUSH:
        return _("Push to %(recipient)s: message of %(author)s, “%(subject)s”")
    return _("Email to %(recipient)s: message of %(author)s, “%(subject)s”")


def deliveries(keys: Iterable[str]) -> Mapping[str, Description]:
    """Describe deliveries, in one query."""
    rows = Delivery.objects.filter(pk__in=list(keys)).select_related(
        "recipient", "message__author", "conversation"
    )
    return {
        str(row.pk): Description(
            _told_by(row.channel)
            % {
                "recipient": row.recipient.name,
                "author": row.message.author.name,
                "subject": row.conversation.subject,
            },
            _link(row.message),
            results.of_delivery(row),
        )
        for row in rows
    }


def conversations(keys: Iterable[str]) -> Mapping[str, Description]:
    """Describe conversations, in one query."""
    rows = Conversation.objects.filter(pk__in=list(keys)).select_related("client")
    return {
        str(row.pk): Description(
            _("“%(subject)s” of %(client)s") % {"subject": row.subject, "client": row.client.name},
            f"/staff/messages/{row.pk}",
        )
        for row in rows
    }


def notices(keys: Iterable[str]) -> Mapping[str, Description]:
    """Describe notices, in one query."""
    rows = Notice.objects.filter(pk__in=list(keys)).select_related("recipient", "conversation")
    return {
        str(row.pk): Description(
            _("%(kind)s, to %(recipient)s: “%(subject)s”")
            % {
                "kind": row.get_kind_display(),
                "recipient": row.recipient.name,
                "subject": row.conversation.subject,
            },
            f"/staff/messages/{row.conversation_id}",
            results.of_notice(row),
        )
        for row in rows
    }


def exports(keys: Iterable[str]) -> Mapping[str, Description]:
    """Describe exports, in one query."""
    rows = Export.objects.filter(pk__in=list(keys)).defer("state").select_related("by")
    return {
        str(row.pk): Description(
            _("Export of “%(label)s” for %(name)s") % {"label": row.label, "name": row.by.name},
            "",
            "" if row.is_under_way else row.get_status_display(),
        )
        for row in rows
    }


def forwarded(keys: Iterable[str]) -> Mapping[str, Description]:
    """Describe forwarded emails, in one query."""
    rows = ForwardedEmail.objects.filter(pk__in=list(keys)).select_related("by", "conversation")
    return {
        str(row.pk): Description(
            _("“%(subject)s” from %(author)s to %(address)s")
            % {
                "subject": row.conversation.subject,
                "author": row.by.name,
                "address": row.address,
            },
            f"/staff/messages/{row.conversation_id}",
            results.of_forwarded(row),
        )
        for row in rows
    }


def password_resets(keys: Iterable[str]) -> Mapping[str, Description]:
    """Describe emails about accounts that are not sent yet, in one query.

    Without a name: whether the address is somebody's is not looked up here.
    """
    rows = PasswordReset.objects.filter(pk__in=list(keys))
    return {
        str(row.pk): Description(
            (_("Second factor of %(email)s") if row.notice else _("New password for %(email)s"))
            % {"email": row.email}
        )
        for row in rows
    }


def events(keys: Iterable[str]) -> Mapping[str, Description]:
    """Describe events for other software, in one query."""
    rows = OutgoingEvent.objects.filter(pk__in=[key for key in keys if key.isdecimal()])
    return {str(row.pk): Description(row.get_kind_display()) for row in rows}


def webhooks(keys: Iterable[str]) -> Mapping[str, Description]:
    """Describe deliveries to webhooks, in one query."""
    rows = WebhookDelivery.objects.filter(pk__in=list(keys)).select_related("event", "endpoint")
    return {
        str(row.pk): Description(
            _("%(event)s, to %(address)s")
            % {"event": row.event.get_kind_display(), "address": row.endpoint.url},
            result=results.of_webhook(row),
        )
        for row in rows
    }


def paused_webhooks(keys: Iterable[str]) -> Mapping[str, Description]:
    """Describe webhooks that were paused, in one query."""
    rows = WebhookEndpoint.objects.filter(pk__in=list(keys))
    return {
        str(row.pk): Description(_("Paused: %(address)s") % {"address": row.url}) for row in rows
    }


def purges(keys: Iterable[str]) -> Mapping[str, Description]:
    """Describe conversations that are purged, in one query. Their subjects go, too."""
    rows = PurgeOrder.objects.filter(pk__in=list(keys)).select_related("conversation__client")
    return {
        str(row.pk): Description(
            _("A conversation of %(client)s") % {"client": row.conversation.client.name},
            "/staff/retention",
        )
        for row in rows
    }


def forgettings(keys: Iterable[str]) -> Mapping[str, Description]:
    """Describe people who are anonymised: without their names."""
    rows = Forgetting.objects.filter(pk__in=list(keys)).values_list("pk", flat=True)
    return {str(key): Description(_("A person who was anonymised")) for key in rows}
