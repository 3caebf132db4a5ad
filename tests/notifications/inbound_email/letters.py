"""Emails as people write them."""

from email.message import EmailMessage
from email.utils import make_msgid


def letter(to: str, text: str = "Oui, jeudi", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Camille Morel <camille@demo.test>"
    message["To"] = to
    message["Subject"] = "Re: Carrelage du séjour"
    message["Message-ID"] = make_msgid()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def attach_plan(message: EmailMessage, content: bytes = b"%PDF-1.4 plan") -> None:
    message.add_attachment(content, maintype="application", subtype="pdf", filename="plan.pdf")
