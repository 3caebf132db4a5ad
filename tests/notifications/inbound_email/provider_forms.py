"""Emails as providers hand them over: the bodies that their webhooks send."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from email.message import EmailMessage

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

MAILGUN_KEY = "key-of-the-webhook"


@dataclass(frozen=True)
class Handed:
    """One request of a provider. `path` is below `/anymail/`."""

    path: str
    content_type: str
    body: bytes


def mailgun(letter: EmailMessage) -> Handed:
    """Return a form with the email's parts, each file as a file of the form."""
    files = list(letter.iter_attachments())
    text = letter.get_body()
    assert text is not None
    form = {
        "message-headers": json.dumps([(name, str(value)) for name, value in letter.items()]),
        "body-plain": text.get_content(),
        "attachment-count": str(len(files)),
    } | {
        f"attachment-{number}": SimpleUploadedFile(
            file.get_filename() or "", content_of(file), file.get_content_type()
        )
        for number, file in enumerate(files, 1)
    }
    return _mailgun(letter, form)


def mailgun_raw(letter: EmailMessage) -> Handed:
    """Return a form with the whole email in one field."""
    return _mailgun(letter, {"body-mime": letter.as_string()})


def postmark(letter: EmailMessage) -> Handed:
    """Return a JSON object with the files in Base64."""
    text = letter.get_body()
    assert text is not None
    told = {
        "FromFull": {"Email": "camille@demo.test", "Name": "Camille Morel"},
        "OriginalRecipient": letter["To"],
        "To": letter["To"],
        "Subject": letter["Subject"],
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "Headers": [{"Name": "Message-ID", "Value": str(letter["Message-ID"])}],
        "TextBody": text.get_content(),
        "Attachments": [
            {
                "Name": file.get_filename(),
                "ContentType": file.get_content_type(),
                "Content": base64.b64encode(content_of(file)).decode(),
            }
            for file in letter.iter_attachments()
        ],
    }
    return Handed("postmark/inbound/", "application/json", json.dumps(told).encode())


def content_of(file: EmailMessage) -> bytes:
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def _mailgun(letter: EmailMessage, form: dict[str, object]) -> Handed:
    now, token = str(int(time.time())), "0123456789abcdef"
    signature = hmac.new(MAILGUN_KEY.encode(), f"{now}{token}".encode(), hashlib.sha256)
    signed = {"timestamp": now, "token": token, "signature": signature.hexdigest()}
    envelope = {"recipient": letter["To"], "sender": "camille@demo.test"}
    body = encode_multipart(BOUNDARY, {**envelope, **signed, **form})
    return Handed("mailgun/inbound/", MULTIPART_CONTENT, body)
