"""Receive signals: a logout, a new password; an email that came in, or what became of one."""

from collections.abc import Collection
from email.encoders import encode_base64
from typing import Any
from uuid import UUID

from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent, inbound, tracking
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from core.auth.password_reset import password_was_reset
from core.models import User, rights_updated
from notifications import actions
from notifications.inbound_email import intake
from notifications.outbound_email import provider_events


@receiver(user_logged_out)
def drop_device(request: HttpRequest | None, **kwargs: Any) -> None:
    """Stop pushing to this browser: the next person to use it may be another one."""
    session = getattr(request, "session", None)
    if session is not None:
        actions.forget_devices_of_session(session.session_key or "")


@receiver(password_was_reset)
def drop_devices(user: User, **kwargs: Any) -> None:
    """Stop pushing to every browser of a person whose sessions have all ended."""
    actions.forget_devices_with_session(user)


@receiver(post_save, sender=User)
def drop_devices_of_saved(
    instance: User, created: bool, update_fields: Collection[str] | None, **kwargs: Any
) -> None:
    """Stop pushing to a person who is deactivated, also after a return."""
    if not created and (update_fields is None or "is_active" in update_fields):
        actions.forget_devices_of_ended_access([instance.pk])


@receiver(rights_updated)
def drop_devices_of_updated(user_ids: list[UUID], **kwargs: Any) -> None:
    actions.forget_devices_of_ended_access(user_ids)


@receiver(inbound)
def receive_email(event: AnymailInboundEvent, **kwargs: Any) -> None:
    """Receive an email that a provider's webhook handed to anymail."""
    message: AnymailInboundMessage = event.message
    _encode_files(message)
    if message.envelope_recipient and "Delivered-To" not in message:
        message["Delivered-To"] = message.envelope_recipient
    intake.receive(message.as_bytes())


def _encode_files(message: AnymailInboundMessage) -> None:
    """Encode the files that anymail made from a provider's form, which have no encoding yet.

    Written as they are, their bytes for the end of a line would change: a photo would be damaged.
    """
    for part in message.walk():
        if not part.is_multipart() and "Content-Transfer-Encoding" not in part:
            encode_base64(part)


@receiver(tracking)
def track_email(event: AnymailTrackingEvent, **kwargs: Any) -> None:
    """Note what a provider's webhook says of an email that we sent."""
    provider_events.note(event)
