"""Examine the emails out and in, what DNS says of their domains, and the notifications."""

import http.client
import json
import smtplib
import time
from collections.abc import Iterator
from email.utils import parseaddr
from functools import cache

import dns.exception
import dns.resolver
from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from core import installation
from core.doctor.findings import Finding, error, warning, well, words_of
from core.doctor.public_address import fetch
from notifications.checks import is_vapid_key
from notifications.inbound_email import imap, probe

DNS_SECONDS = 3.0
# Mailboxes are read once a minute.
ROUND_TRIP_SECONDS = 100
LOOK_SECONDS = 1.0


def examine_outgoing() -> Iterator[Finding]:
    if not settings.EMAIL_IS_CONFIGURED:
        # `check --deploy` says it.
        return
    connection = get_connection()
    if not isinstance(connection, EmailBackend):
        yield well(_("Emails go out by %(backend)s.") % {"backend": settings.EMAIL_BACKEND})
        return
    place = f"{connection.host}:{connection.port}"
    try:
        connection.open()
        connection.close()
    except smtplib.SMTPAuthenticationError as failure:
        yield error(
            _("The mail server %(place)s refuses our login: %(reason)s")
            % {"place": place, "reason": f"{failure.smtp_code} {_text(failure.smtp_error)}"},
            advice=_("Correct the name and the password in EMAIL_URL (percent-encoded)."),
        )
    except (smtplib.SMTPException, OSError) as failure:
        yield error(
            _("The mail server %(place)s does not answer: %(reason)s")
            % {"place": place, "reason": words_of(failure)},
            advice=_(
                "Correct EMAIL_URL: smtp+tls:// for port 587, smtp+ssl:// for 465; and let the"
                " firewall pass it."
            ),
        )
    else:
        yield well(_("The mail server %(place)s lets us in.") % {"place": place})


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer


def examine_names(dkim_selector: str = "") -> Iterator[Finding]:
    """Ask DNS whether receivers can trust our emails, and whether answers find us."""
    if settings.DEBUG or not settings.EMAIL_IS_CONFIGURED:
        return
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    try:
        yield from _said_of(sender, dkim_selector)
        if settings.REPLY_DOMAIN:
            yield _arrives(settings.REPLY_DOMAIN)
    except (dns.exception.Timeout, dns.resolver.NoNameservers) as failure:
        yield warning(
            _("DNS did not answer, so SPF, DKIM and DMARC were not looked at: %(reason)s")
            % {"reason": words_of(failure)},
            advice=_("Ask again from a machine whose DNS answers."),
        )


def _said_of(domain: str, dkim_selector: str) -> Iterator[Finding]:
    if any(text.startswith("v=spf1") for text in _texts(domain)):
        yield well(_("%(domain)s says who may send its emails (SPF).") % {"domain": domain})
    else:
        yield warning(
            _("%(domain)s does not say who may send its emails (SPF).") % {"domain": domain},
            advice=_("Add a TXT record: v=spf1 include:… or ip4:… of the mail server, then -all."),
        )
    if any(text.startswith("v=DMARC1") for text in _texts(f"_dmarc.{domain}")):
        yield well(_("%(domain)s has a DMARC policy.") % {"domain": domain})
    else:
        yield warning(
            _("%(domain)s has no DMARC policy.") % {"domain": domain},
            advice=_("Add a TXT record at _dmarc: v=DMARC1; p=none; rua=mailto:… to begin with."),
        )
    if not dkim_selector:
        return
    name = f"{dkim_selector}._domainkey.{domain}"
    if any("p=" in text for text in _texts(name)):
        yield well(_("%(name)s has a key (DKIM).") % {"name": name})
    else:
        yield warning(
            _("%(name)s has no key (DKIM).") % {"name": name},
            advice=_("Add the TXT record that the mail server or the provider shows."),
        )


def _arrives(domain: str) -> Finding:
    if servers := _asked(domain, "MX"):
        return well(
            _("Answers to %(domain)s go to %(servers)s (MX).")
            % {"domain": domain, "servers": ", ".join(sorted(servers))}
        )
    return error(
        _("Nothing receives emails for %(domain)s (no MX record).") % {"domain": domain},
        advice=_("Add an MX record, or leave REPLY_DOMAIN empty: emails then take no answers."),
    )


def _texts(name: str) -> list[str]:
    return [text.replace('" "', "").strip('"') for text in _asked(name, "TXT")]


def _asked(name: str, kind: str) -> list[str]:
    try:
        return [record.to_text() for record in resolver().resolve(name, kind)]
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []


@cache
def resolver() -> dns.resolver.Resolver:
    found = dns.resolver.Resolver()
    found.lifetime = DNS_SECONDS
    return found


def examine_incoming(*, by_the_way_of_all: bool = False) -> Iterator[Finding]:
    """Hand over an email as a mail server does, and look into the mailbox.

    `by_the_way_of_all` sends one to REPLY_DOMAIN instead, and waits until it comes back.
    """
    if settings.INBOUND_EMAIL_SECRET and settings.REPLY_DOMAIN:
        yield _handed_over()
    if settings.INBOUND_IMAP_URL:
        yield _mailbox()
    if by_the_way_of_all and settings.REPLY_DOMAIN:
        yield _round_trip()


def _handed_over() -> Finding:
    try:
        email = bytes(probe.email_to(probe.new_token()))
        bearer = f"Bearer {settings.INBOUND_EMAIL_SECRET}"
        answer = fetch(
            "/inbound/email",
            method="POST",
            body=email,
            headers={"Authorization": bearer, "Content-Type": "message/rfc822"},
        )
        verdict = json.loads(answer.body).get("verdict")
    except (OSError, http.client.HTTPException, ValueError, RedisError) as failure:
        return error(
            _("An email cannot be handed over at /inbound/email: %(reason)s")
            % {"reason": words_of(failure)},
            advice=_("Mend the public address first."),
        )
    if verdict != "probe":
        return error(
            _("An email that was handed over at /inbound/email was answered «%(verdict)s».")
            % {"verdict": verdict},
            advice=_("Start the web again: it has another INBOUND_EMAIL_SECRET, or Valkey."),
        )
    return well(_("An email that is handed over at /inbound/email arrives."))


def _mailbox() -> Finding:
    mailbox = imap.Mailbox.from_url(settings.INBOUND_IMAP_URL)
    try:
        count = imap.count_emails(mailbox)
    except imap.MailboxUnavailable as failure:
        return error(
            _("The mailbox of %(name)s does not open: %(reason)s")
            % {"name": mailbox.name, "reason": words_of(failure)},
            advice=_("Correct INBOUND_IMAP_URL (imaps://name:password@host/INBOX)."),
        )
    says = _("The mailbox of %(name)s opens (%(count)s emails).")
    return well(says % {"name": mailbox.name, "count": count})


def _round_trip() -> Finding:
    if installation.is_copy():
        return warning(_("A copy sends no email round."), advice=_("Ask the original."))
    began = time.monotonic()
    try:
        token = probe.new_token()
        email = probe.email_to(token)
        with get_connection() as connection:
            if not isinstance(connection, EmailBackend) or connection.connection is None:
                return warning(
                    _("Only emails by SMTP can be sent round."), advice=_("Answer one by hand.")
                )
            connection.connection.send_message(email)
        while time.monotonic() - began < ROUND_TRIP_SECONDS:
            if probe.has_arrived(token):
                seconds = time.monotonic() - began
                says = _("An email to %(domain)s came back after %(seconds).0f s.")
                return well(says % {"domain": settings.REPLY_DOMAIN, "seconds": seconds})
            time.sleep(LOOK_SECONDS)
    except (OSError, smtplib.SMTPException, RedisError) as failure:
        return error(
            _("An email to %(domain)s could not be sent: %(reason)s")
            % {"domain": settings.REPLY_DOMAIN, "reason": words_of(failure)},
            advice=_("Mend the mail server or Valkey first."),
        )
    return error(
        _("An email to %(domain)s did not come back in %(seconds)s s.")
        % {"domain": settings.REPLY_DOMAIN, "seconds": ROUND_TRIP_SECONDS},
        advice=_(
            "Follow it in the log of the mail server: MX, the delivery of `reply+…@`, then"
            " /inbound/email or the mailbox."
        ),
    )


def examine_push() -> Iterator[Finding]:
    if not settings.VAPID_PRIVATE_KEY:
        # `check --deploy` says it.
        return
    if not is_vapid_key(settings.VAPID_PRIVATE_KEY):
        yield error(
            _("VAPID_PRIVATE_KEY is no key: nobody gets notifications."),
            advice=_("Use what `manage.py vapid_keys` prints, without quotes and spaces."),
        )
    elif not settings.VAPID_SUBJECT.startswith(("mailto:", "https://")):
        yield error(
            _("VAPID_SUBJECT is %(subject)s: Apple refuses it.")
            % {"subject": settings.VAPID_SUBJECT},
            advice=_("Set it to mailto: and an address that somebody reads."),
        )
    else:
        yield well(_("Notifications are signed by a valid key."))
