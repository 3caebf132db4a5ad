"""What Django and anymail tell us of: a logout, an email that came in."""

from typing import Any

from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent, inbound
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from notifications import actions
from notifications.inbound_email import intake


@receiver(user_logged_out)
def drop_device(request: HttpRequest | None, **kwargs: Any) -> None:
    """The next one to use this browser may be somebody else."""
    session = getattr(request, "session", None)
    if session is not None:
        actions.forget_devices_of_session(session.session_key or "")


@receiver(inbound)
def receive_email(event: AnymailInboundEvent, **kwargs: Any) -> None:
    message: AnymailInboundMessage = event.message
    if message.envelope_recipient and "Delivered-To" not in message:
        message["Delivered-To"] = message.envelope_recipient
    intake.receive(message.as_bytes())
