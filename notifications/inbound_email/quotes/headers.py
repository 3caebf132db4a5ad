"""What mail programs write above a quote, by program and language, as data.

Patterns are compared with a folded text (`lines.folded`): lower case, no accents, single spaces.
`{who}` and dates are not parsed: `attribution` asks for the signs of a date and of an address.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    FROM = "from"
    DATE = "date"
    TO = "to"
    COPY = "copy"
    SUBJECT = "subject"
    OTHER = "other"


# "Odile Perrin <o@x.fr>" before the verb. Without the address, any sentence would be one.
_ADDRESS = r"(?:mailto:)?[^<>()\[\] ]{1,100}@[^<>()\[\] ]{1,200}"
_WHO = (
    r"(?![<(])[^<>:@]{0,100}"
    rf"(?:< ?{_ADDRESS} ?>|\( ?{_ADDRESS} ?\)|\[ ?{_ADDRESS} ?\]|(?<![<(\[] )(?<![<(\[]){_ADDRESS})"
)


@dataclass(frozen=True)
class AttributionForm:
    """One way to say who wrote a quote, and when."""

    programs: str
    language: str
    pattern: re.Pattern[str]
    # Without a date, "Le maire a écrit :" would be one.
    is_dated: bool = True


def _form(programs: str, language: str, pattern: str) -> AttributionForm:
    return AttributionForm(programs, language, re.compile(pattern))


def _undated(programs: str, language: str, verb: str) -> AttributionForm:
    # Verse writes it between rules.
    pattern = re.compile(rf"(?:-{{2,}} ?)?{_WHO}(?: |, ?)(?:{verb}) ?:(?: ?-{{2,}})?")
    return AttributionForm(programs, language, pattern, is_dated=False)


ATTRIBUTIONS = (
    _form("Gmail, Apple Mail, Thunderbird, Yahoo, Proton, Spark, Roundcube, K-9", "fr",
          r"le .+ a ecrit(?: ce qui suit)? ?:"),
    _form("Outlook Express, Opera", "fr",
          r"(?:en date d[eu]|dans (?:son|le|un) (?:message|courriel|mail)) .+ a ecrit ?:"),
    _form("Lotus Notes, GroupWise", "fr", rf"{_WHO} a ecrit (?:le|sur|en date du) .+:"),
    _form("Gmail, Apple Mail, Thunderbird, Yahoo, Proton, Airmail, HEY, Superhuman", "en",
          r"on .+ wrote(?: the following)? ?:"),
    _form("Lotus Notes, GroupWise", "en", rf"{_WHO} wrote on .+:"),
    _form("Gmail, Apple Mail, Thunderbird, K-9", "de", r"(?:am|on) .+ schrieb\b.*:"),
    _form("Yahoo", "de", r"am .+ hat .+ geschrieben ?:"),
    _form("Open-Xchange (1&1, mailbox.org)", "de",
          rf"(?:{_WHO}|(?![<(])[^<>@:]{{1,100}}) hat am .+ geschrieben ?:"),
    _form("Lotus Notes", "de", rf"{_WHO} schrieb am .+:"),
    _form("Gmail, Apple Mail, Thunderbird, Yahoo", "es", r"el .+ escribio(?: lo siguiente)? ?:"),
    _form("Lotus Notes", "es", rf"{_WHO} escribio el .+:"),
    _form("Gmail, Apple Mail, Thunderbird, Yahoo", "it", r"(?:il|in data|on) .+ ha scritto ?:"),
    _form("Lotus Notes", "it", rf"{_WHO} ha scritto il .+:"),
    _form("Gmail (Brazil), Apple Mail, Thunderbird, Yahoo", "pt",
          r"(?:em|no dia) .+ escreveu(?: o seguinte)? ?:"),
    _form("Gmail (Portugal)", "pt", rf"{_WHO} escreveu (?:(?:no dia|em|a) .+|\(.+\) ?):"),
    _form("Gmail, Thunderbird, Yahoo", "nl", r"op .+ schreef\b.*:"),
    _form("Apple Mail", "nl", r"op .+ heeft .+ geschreven ?:"),
    _form("Lotus Notes", "nl", rf"{_WHO} schreef op .+:"),
    _form("Zoho", "any",
          r"-{2,} ?(?:le|on|am|el|il|em|op) .+ (?:a ecrit|wrote|schrieb|escribio|ha scritto|"
          r"escreveu|schreef|geschrieben)\b.*-{2,}"),
    _form("Gmail before 2018", "any",
          r"\d{4}-\d\d-\d\d \d{1,2}:\d\d (?:gmt|utc)? ?[+-]?[\d:]* ?[^:]*@[^:]+:"),
    _undated("Gnus, Evolution, mutt", "any",
             "a ecrit|wrote|writes|schrieb|schreibt|escribio|ha scritto|escreveu|schreef"),
    _form("Yandex", "any", r"\d\d\.\d\d\.\d{4},? (?:v )?\d\d:\d\d, .*@.*:"),
)  # fmt: skip

# One of these is in each of the patterns: a line without them is not compared.
VERBS = re.compile(
    r"ecrit|wrote|writes|schrieb|geschrieben|escribio|scritto|escreveu|schreef|geschreven|@"
)
# Thunderbird with its oldest setting. A person writes that, too.
NAME_ALONE = re.compile(
    r"([^<>@:]{3,80}) (?:a ecrit|wrote|schrieb|escribio|ha scritto|escreveu|schreef) ?:"
)
# Where an attribution may end.
ENDS = (":", "-")

# The fields of a header block ("De : … Envoyé : … À : … Objet : …"), by language.
FIELDS: dict[str, dict[Field, tuple[str, ...]]] = {
    "fr": {
        Field.FROM: ("de", "expediteur", "from", "emetteur", "de la part de"),
        Field.DATE: ("envoye", "date", "envoye le", "date d'envoi", "le"),
        Field.TO: ("a", "pour", "destinataire", "destinataires", "to"),
        Field.COPY: ("cc", "copie", "copie a", "cci", "copies"),
        Field.SUBJECT: ("objet", "sujet"),
        Field.OTHER: ("importance", "pieces jointes", "piece jointe", "repondre a", "priorite",
                      "organisation", "pj"),
    },
    "en": {
        Field.FROM: ("from", "sender"),
        Field.DATE: ("sent", "date", "sent at", "sent on"),
        Field.TO: ("to", "recipient", "recipients"),
        Field.COPY: ("cc", "bcc", "copy"),
        Field.SUBJECT: ("subject",),
        Field.OTHER: ("importance", "attachments", "reply-to", "reply to", "priority",
                      "organization", "sensitivity"),
    },
    "de": {
        Field.FROM: ("von", "absender"),
        Field.DATE: ("gesendet", "datum", "gesendet am"),
        Field.TO: ("an", "empfanger"),
        Field.COPY: ("cc", "kopie", "kopie an", "bcc"),
        Field.SUBJECT: ("betreff", "thema"),
        Field.OTHER: ("wichtigkeit", "anlagen", "anhange", "antwort an", "prioritat", "anlage"),
    },
    "es": {
        Field.FROM: ("de", "remitente"),
        Field.DATE: ("enviado", "fecha", "enviado el", "enviada", "enviado a las"),
        Field.TO: ("para", "a", "destinatario"),
        Field.COPY: ("cc", "cco", "copia"),
        Field.SUBJECT: ("asunto",),
        Field.OTHER: ("importancia", "adjuntos", "datos adjuntos", "responder a", "prioridad"),
    },
    "it": {
        Field.FROM: ("da", "mittente"),
        Field.DATE: ("inviato", "data", "inviata", "inviato il"),
        Field.TO: ("a", "per", "destinatario"),
        Field.COPY: ("cc", "ccn"),
        Field.SUBJECT: ("oggetto",),
        Field.OTHER: ("priorita", "allegati", "rispondi a", "importanza"),
    },
    "pt": {
        Field.FROM: ("de", "remetente"),
        Field.DATE: ("enviado", "enviada", "enviado em", "enviada em", "data"),
        Field.TO: ("para", "destinatario"),
        Field.COPY: ("cc", "cco", "c/c"),
        Field.SUBJECT: ("assunto",),
        Field.OTHER: ("importancia", "anexos", "responder a", "prioridade"),
    },
    "nl": {
        Field.FROM: ("van", "afzender"),
        Field.DATE: ("verzonden", "datum", "verstuurd"),
        Field.TO: ("aan",),
        Field.COPY: ("cc", "bcc", "kopie"),
        Field.SUBJECT: ("onderwerp",),
        Field.OTHER: ("urgentie", "bijlagen", "prioriteit", "beantwoorden"),
    },
    "da, no": {
        Field.FROM: ("fra", "afsender", "avsender"),
        Field.DATE: ("sendt", "dato"),
        Field.TO: ("til",),
        Field.COPY: ("kopi",),
        Field.SUBJECT: ("emne",),
        Field.OTHER: ("vedhaeftede filer", "vedlegg", "prioritet"),
    },
    "sv": {
        Field.FROM: ("fran", "avsandare"),
        Field.DATE: ("skickat", "datum"),
        Field.TO: ("till",),
        Field.COPY: ("kopia",),
        Field.SUBJECT: ("amne",),
        Field.OTHER: ("bilagor", "prioritet"),
    },
    "fi": {
        Field.FROM: ("lahettaja",),
        Field.DATE: ("lahetetty", "paivays", "paivamaara"),
        Field.TO: ("vastaanottaja",),
        Field.COPY: ("kopio",),
        Field.SUBJECT: ("aihe",),
        Field.OTHER: ("liitteet",),
    },
    "pl": {
        Field.FROM: ("od", "nadawca"),
        Field.DATE: ("wysłano", "wysłane", "data"),
        Field.TO: ("do",),
        Field.COPY: ("dw", "udw"),
        Field.SUBJECT: ("temat",),
        Field.OTHER: ("załaczniki",),
    },
    "cs, sk": {
        Field.FROM: ("od", "odesilatel"),
        Field.DATE: ("odeslano", "odoslane", "datum"),
        Field.TO: ("komu", "pro", "pre"),
        Field.COPY: ("kopie", "kopia"),
        Field.SUBJECT: ("predmet",),
        Field.OTHER: ("prilohy",),
    },
    "hu": {
        Field.FROM: ("felado",),
        Field.DATE: ("kuldve", "elkuldve", "datum"),
        Field.TO: ("cimzett",),
        Field.COPY: ("masolatot kap",),
        Field.SUBJECT: ("targy",),
        Field.OTHER: ("mellekletek",),
    },
    "ro": {
        Field.FROM: ("de la",),
        Field.DATE: ("trimis", "data"),
        Field.TO: ("catre",),
        Field.COPY: ("cc",),
        Field.SUBJECT: ("subiect",),
        Field.OTHER: ("atasari",),
    },
    "tr": {
        Field.FROM: ("kimden", "gonderen"),
        Field.DATE: ("gonderildi", "tarih"),
        Field.TO: ("kime",),
        Field.COPY: ("bilgi",),
        Field.SUBJECT: ("konu",),
        Field.OTHER: ("ekler",),
    },
    "el": {
        Field.FROM: ("απο",),
        Field.DATE: ("σταλθηκε", "ημερομηνια"),
        Field.TO: ("προς",),
        Field.COPY: ("κοιν",),
        Field.SUBJECT: ("θεμα",),
        Field.OTHER: ("συνημμενα",),
    },
    "ru, uk": {
        Field.FROM: ("от", "від"),
        Field.DATE: ("отправлено", "дата", "надіслано"),
        Field.TO: ("кому",),
        Field.COPY: ("копия", "копія"),
        Field.SUBJECT: ("тема",),
        Field.OTHER: ("вложения",),
    },
    "zh": {
        Field.FROM: ("发件人", "寄件者", "寄件人"),
        Field.DATE: ("发送时间", "日期", "寄件日期", "傳送時間"),
        Field.TO: ("收件人", "收件者"),
        Field.COPY: ("抄送", "副本"),
        Field.SUBJECT: ("主题", "主旨"),
        Field.OTHER: ("附件",),
    },
    "ja": {
        Field.FROM: ("差出人",),
        Field.DATE: ("送信日時", "日付"),
        Field.TO: ("宛先",),
        Field.COPY: ("cc",),
        Field.SUBJECT: ("件名",),
        Field.OTHER: ("添付ファイル",),
    },
    "ar": {
        Field.FROM: ("من",),
        Field.DATE: ("تم الارسال", "التاريخ"),
        Field.TO: ("الى",),
        Field.COPY: ("نسخة",),
        Field.SUBJECT: ("الموضوع",),
        Field.OTHER: ("المرفقات",),
    },
}  # fmt: skip

# Lines between rules, "-----Message d'origine-----": the program quotes what it answers.
ORIGINALS = {
    "fr": ("message d'origine", "message original", "mail original", "mail d'origine",
           "message initial", "courriel original", "courriel d'origine", "message origine",
           "e-mail d'origine", "email d'origine", "e-mail original", "email original",
           "message precedent"),
    "en": ("original message", "original mail", "original email", "original e-mail",
           "original appointment", "reply message"),
    "de": ("ursprungliche nachricht", "originalnachricht", "original-nachricht",
           "ursprungliche mail", "original nachricht", "ursprungliche e-mail",
           "urspr. nachricht"),
    "es": ("mensaje original", "correo original"),
    "it": ("messaggio originale", "messaggio originario"),
    "pt": ("mensagem original",),
    "nl": ("oorspronkelijk bericht", "origineel bericht", "oorspronkelijke bericht"),
}  # fmt: skip
# Lines between rules, or Apple's line that ends in a colon: the author passes a letter on.
FORWARDS = {
    "fr": ("message transfere", "mail transfere", "message reexpedie", "courriel transfere",
           "debut du message reexpedie", "debut du message transfere", "e-mail transfere",
           "email transfere"),
    "en": ("forwarded message", "begin forwarded message", "forwarded mail", "forwarded email",
           "forwarded e-mail", "start of forwarded message", "forwarded by"),
    "de": ("weitergeleitete nachricht", "anfang der weitergeleiteten nachricht",
           "weitergeleitete mail", "anfang der weitergeleiteten e-mail", "beginn der "
           "weitergeleiteten nachricht"),
    "es": ("mensaje reenviado", "inicio del mensaje reenviado", "mensaje enviado"),
    "it": ("messaggio inoltrato", "inizio messaggio inoltrato"),
    "pt": ("mensagem encaminhada", "mensagem reencaminhada", "inicio da mensagem encaminhada",
           "inicio da mensagem reencaminhada", "inicio de mensagem reencaminhada"),
    "nl": ("doorgestuurd bericht", "begin doorgestuurd bericht", "doorgestuurde bericht"),
}  # fmt: skip
# Orange, La Poste and SFR begin a header block so: "> Message du 03/11/26 14:02".
BLOCK_TITLE = re.compile(r"(?:message|mail|courriel) (?:du|recu le) ?:? ?\d.{0,60}")
# The beginning of the subject of a letter that is passed on, in the seven languages.
FORWARDED_SUBJECT = re.compile(
    r"(?:(?:re|aw|sv|rep|ref|antw|r|res) ?: ?)*"
    r"(?:fwd?|tr|tx|wg|wtr|rv|i|inoltro|enc|doorst|transf|fs) ?: ?",
    re.IGNORECASE,
)
