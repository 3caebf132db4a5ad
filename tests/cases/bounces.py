"""What mail servers and providers send back, with the id and the address of an email of ours."""

from email.message import EmailMessage
from textwrap import dedent

HEADERS = (
    "Message-ID: {id}\nFrom: messages@liaison.example\nTo: Camille <{to}>\nSubject: Carrelage\n"
)


def report(
    message_id: str, to: str, *, status: str = "5.1.1", action: str = "failed",
    said: str = "smtp; 550 5.1.1 User unknown", returned: str = "message/rfc822",
    fields: str = "", **headers: str,
) -> bytes:  # fmt: skip
    """A multipart/report (RFC 3464)."""
    copy = HEADERS.format(id=message_id, to=to)
    lines = [
        "From: Mail Delivery System <MAILER-DAEMON@mx.example>", "To: messages@liaison.example",
        "Subject: Undelivered Mail Returned to Sender", "MIME-Version: 1.0",
        f"Message-ID: <report-{abs(hash((message_id, to, status, action, said)))}@mx.example>",
        "Auto-Submitted: auto-replied",
        *[f"{name.replace('_', '-')}: {value}" for name, value in headers.items()],
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"', "",
        "--x", "Content-Type: text/plain; charset=utf-8", "", "I could not deliver it.", "",
        "--x", "Content-Type: message/delivery-status", "",
        "Reporting-MTA: dns; mx.example", "",
        *([fields] if fields else [f"Final-Recipient: rfc822; {to}"]),
        f"Action: {action}", f"Status: {status}", f"Diagnostic-Code: {said}", "",
    ]  # fmt: skip
    if returned:
        lines += ["--x", f"Content-Type: {returned}", "", copy]
    return "\r\n".join([*lines, "--x--", ""]).encode()


def text(body: str, message_id: str, to: str, *, subject: str, sender: str) -> bytes:
    """A report that is a plain text, with the email below."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "messages@liaison.example", subject
    message["Return-Path"] = "<>"
    copy = HEADERS.format(id=message_id, to=to)
    message.set_content(dedent(body).format(to=to, copy=copy), cte="8bit")
    return message.as_bytes()


QMAIL = """\
    Hi. This is the qmail-send program at mx.example.
    I'm afraid I wasn't able to deliver your message to the following addresses.
    This is a permanent error; I've given up. Sorry it didn't work out.

    <{to}>:
    Sorry, no mailbox here by that name. (#5.1.1)

    --- Below this line is a copy of the message.

    Return-Path: <messages@liaison.example>
    {copy}
    Bonjour
    """
EXIM = """\
    This message was created automatically by mail delivery software.

    A message that you sent could not be delivered to one or more of its recipients.
    This is a permanent error. The following address(es) failed:

      {to}
        host mx.example [192.0.2.7]: 550 Unknown user

    ------ This is a copy of the message, including all the headers. ------

    {copy}
    """
EXCHANGE_FR = """\
    Votre message n'est pas parvenu à certains ou à tous les destinataires visés.

          Objet : Carrelage
          Date : 18/11/2026 10:01

    Impossible de joindre le(s) destinataire(s) suivant(s) :

          {to}
                L'adresse de courrier n'existe pas dans l'organisation. <mx.example #5.1.1>

    En-têtes de message d'origine :
    {copy}
    """
ORANGE = """\
    Bonjour, votre message n'a pas pu être remis à <{to}>.
    550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_416 [416]

    ---- En-têtes du message ----
    {copy}
    """
LA_POSTE = """\
    Échec de la remise du message à {to} : boîte aux lettres inconnue
    (550 5.5.0 mailbox unavailable).

    {copy}
    """
FREE = """\
    This is the mail system at host smtp.free.fr.

    I'm sorry to have to inform you that your message could not be delivered.

    <{to}>: host mx1.free.fr[212.27.48.6] said: 550 5.2.1 This mailbox has been
        blocked due to inactivity (in reply to RCPT TO command)

    {copy}
    """
SFR = """\
    Le message que vous avez envoyé n'a pas pu être distribué :
    {to} : utilisateur inconnu

    Message-ID original ci-dessous.
    {copy}
    """
TEXTS = {
    "qmail": (QMAIL, "failure notice", "MAILER-DAEMON@mx.example"),
    "exim": (EXIM, "Mail delivery failed: returning message to sender", "Mailer-Daemon@mx.example"),
    "exchange": (EXCHANGE_FR, "Non remis : Carrelage", "postmaster@societe.example"),
    "orange": (ORANGE, "Undelivered Mail Returned to Sender", "MAILER-DAEMON@orange.example"),
    "la_poste": (LA_POSTE, "Message non distribué", "mailer-daemon@laposte.example"),
    "free": (FREE, "Undelivered Mail Returned to Sender", "MAILER-DAEMON@free.example"),
    "sfr": (SFR, "Échec de la distribution", "Mail Delivery System <postmaster@sfr.example>"),
}
DELAYED = """\
    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **********************************************
    The original message was received from liaison.example.
    <{to}>: 451 4.4.1 Connection timed out. Will keep trying until message is 5 days old.

    {copy}
    """
DELAYED_FR = """\
    Votre message n'a pas encore pu être remis à {to}.
    De nouvelles tentatives auront lieu pendant 3 jours.
    {copy}
    """
VACATION = """\
    Bonjour, je suis en congés : votre message n'a pas pu être lu. Nouvelle adresse {to}.

    {copy}
    """
