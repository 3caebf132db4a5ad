"""Cut what a device or an app writes below a letter, and signatures below "-- ".

A line of an app is recognised by its words: first a way to say "sent from", then nothing but words
of `DEVICE_WORDS`. So "Envoyé avec accusé de réception, n° 1A 203 456." stays.
"""

import re
from collections.abc import Sequence

from notifications.inbound_email.quotes.lines import Line, folded, joined

# Ways to say "sent from my", by language, in folded letters.
SENT_FROM = {
    "fr": r"(?:ce (?:message|mail|courriel|e-?mail) (?:a ete|est) )?envoyee?s? (?:a partir |depuis|"
          r"de|du|d'|avec|par|via|sur)|(?:message|mail|e-?mail|courriel) envoye (?:depuis|de|avec|"
          r"par|via|a partir)|expedie (?:de|depuis|avec)|(?:obtenir|obtenez|telecharge[rz]|"
          r"decouvrez|essayez)|ecrit (?:depuis|de) mon",
    "en": r"(?:this (?:message|e-?mail) was )?sent (?:from|with|via|using|by|on)|get|download|"
          r"typed on",
    "de": r"(?:von|mit) mein\w+|gesendet (?:von|mit|uber|aus)|(?:versendet|verschickt) (?:von|mit)|"
          r"(?:diese (?:nachricht|e-?mail|mail) wurde )?(?:von|mit) (?=.*(?:gesendet|verschickt|"
          r"versendet))|holen sie sich|laden sie",
    "es": r"enviado (?:desde|con|de|por|via)|obtener|obten|descargar?|descargue",
    "it": r"inviato (?:da|dal|dall'|con|tramite|via)|scarica|ottieni",
    "pt": r"enviad[oa] (?:do|da|de|com|a partir|por|via|pelo|usando)|obter|obtenha|baixar?|"
          r"transferir",
    "nl": r"(?:verstuurd|verzonden|gestuurd) (?:vanaf|vanuit|met|via|van|door)|download|krijg|"
          r"ontvang",
}  # fmt: skip
# What may follow: small words, and names of operators, which also carry other things than mail.
_SMALL_WORDS = """
    a an the o my mon ma mes de du des d l la le les un une pour par sur via avec depuis et partir
    en from for with using on of and appareil device gerat gerate meinem meiner mein von vom mit
    fur aus dem der das die gesendet verschickt versendet eine ein einem wurde dispositivo desde
    mi con el los para por mio il lo dal dalla dall per da do meu minha com um uma no na vanaf
    mijn voor met een het op diese nachricht ce message est ete securise securisee securisees
    secure chiffre chiffree messagerie mail mails email e courriel courrier posta correo correio
    webmail boite gratuit gratuite free new nouvelle nouveau ici here version pro mini max ultra
    se air plus fold flip note edge tab 4g 5g wifi lte electronique web em client k 9 blue orange
    sfr bouygues telecom bytel sosh red laposte poste net vodafone o2 telekom t online swisscom
    bluewin sunrise videotron bell telus rogers proximus skynet telenet lite neo turbo prime
    active play power view go duo slim premium gt xs xr x voo kpn ziggo tim tiscali movistar
    telefonica vivo claro
"""
# One of these must be there: devices, programs, makers.
_NAMES = """
    app appli application mobile mobil movil mobiele cellulaire cellulare portable telefon
    telefono telefone telefoon telemovel toestel apparaat smartphone phone tablet tablette tablett
    tableta telephone handy iphone ipad ipod mac macbook imac ios ipados macos android galaxy
    samsung huawei xiaomi redmi poco honor oppo oneplus realme nokia sony xperia pixel google
    motorola moto wiko htc lg blackberry windows surface crosscall fairphone asus lenovo outlook
    hotmail microsoft yahoo gmail proton protonmail spark readdle airmail thunderbird bluemail
    canary edison mailbird emclient gmx web.de gmx.de gmx.net ionos laposte.net aol icloud apple
    tutanota tuta mailo netcourrier superhuman fastmail zimbra roundcube infomaniak mailspring
    fairemail mymail yandex livebox freebox bbox libero virgilio freenet seznam shortwave spike
    zoho mail.ru mobilen
"""
NAMES = frozenset(_NAMES.split())
DEVICE_WORDS = NAMES | frozenset(_SMALL_WORDS.split())
# Names of models: "a54", "5g", "s23", "12t".
MODEL = re.compile(r"[a-z]{0,2}\d{1,4}[a-z]{0,2}\+?|[ivx]{1,4}")
_DEVICES = (
    r"(?:min |mit |mitt |mojego |moj )?(?:iphon[eu]|ipad|android|samsung|galaxy|huawei|xiaomi|"
    r"outlook|yahoo|gmail)[\w'+-]{0,8}(?: [\w'+-]{1,8}){0,2}"
)
# Whole lines that no rule above reads, by program.
SLOGANS = {
    "North and East": r"(?:skickat fran|sen[dt]t? fra|lahetetty|wys[lł]an[eo] z|odeslano z|"
                      r"odoslane z|trimis de pe|отправлено (?:с|из)|надіслано з) (?:моего )?"
                      + _DEVICES + r"|i(?:phone|pad)'?(?:umdan|imden|'dan|'den) gonderildi|"
                      r"发自我的 ?i(?:phone|pad)|i(?:phone|pad)から送信",
    "Yahoo": r"yahoo mail ?: ?(?:recherchez, organisez, maitrisez votre boite(?: de reception)?|"
             r"search, organi[sz]e, conquer|suchen, organisieren, erobern|busca, organiza, "
             r"conquista|cerca, organizza, conquista)",
    "Outlook": r"outlook (?:fur|voor|para|per) (?:ios|android) (?:herunterladen|downloaden|laden)",
    "Windows Mail": r"(?:provenance|sent from|gesendet von|enviado desde|inviato da|enviado do|"
                    r"verzonden vanuit) ?:? (?:courrier|mail|correo|posta|email)? ?(?:pour|for|fur|"
                    r"para|per|voor)? ?windows(?: 1[01])?",
    "Avast, AVG": r".{0,40}\b(?:sans virus|virus-?free|virenfrei|libre de virus|privo di virus|"
                  r"livre de virus|sem virus|virusvrij)\b.{0,10}(?:www\.)?(?:avast|avg)\.com"
                  r".{0,10}|(?:l'absence de virus dans ce courrier electronique a ete verifiee par "
                  r"le logiciel antivirus avast.{0,40}|this email has been checked for viruses by "
                  r"(?:avast|avg).{0,60}|diese e-?mail wurde von (?:avast|avg).{0,80})",
    "Proton": r"envoye avec (?:la messagerie (?:electronique )?securisee )?proton ?mail|"
              r"sent with proton ?mail(?: secure email)?|gesendet mit proton ?mail(?: secure "
              r"e?-?mail)?|sent with \[?proton ?mail\]?(?:\(.{0,80}\))? secure email",
    "Google Groups": r"vous recevez ce message,? car vous etes abonne.{0,200}|you received this "
                     r"message because you are subscribed to the google groups.{0,200}",
}  # fmt: skip
EXCUSES = re.compile(
    r"(?<=[.!]) (?:veuillez excuser|merci d'excuser|pardonnez|excusez|please excuse|bitte "
    r"entschuldigen sie|disculpa|perdonate|desculpe|excuseer)\b[^.!]{0,60}[.!]?"
)
LINKS = re.compile(r" ?[<(\[]+(?:https?://|mailto:)[^\s>)\]]*[>)\]]*|https?://\S+")
ONLY_LINKS = re.compile(
    r"<#[0-9A-F-]{36}>|[<(\[]*https?://(?:aka\.ms|www\.avast\.com/sig-email|\S*\boverview\.mail\.yahoo\.com|"
    r"mail\.onelink\.me|go\.onelink\.me|\S*avg\.com|proton\.me|protonmail\.com|bluemail\.me)\S*",
    re.IGNORECASE,
)
_START = re.compile("|".join(f"(?:{ways})" for ways in SENT_FROM.values()))
_SLOGANS = re.compile("|".join(f"(?:{slogan})" for slogan in SLOGANS.values()))
LONGEST_APP_LINE = 160
MOST_APP_LINES = 3
# A signature below "-- " (RFC 3676, 4.3, says four lines; companies take more).
MOST_SIGNATURE_LINES = 12
# Below "--" without its space, which people write between paragraphs too.
MOST_LINES_BELOW_DASHES = 6
LONGEST_SIGNATURE_LINE = 72
# What a list puts below every email, up to so many lines.
LIST_FOOTER = re.compile(
    r"(?:vous recevez ce message|vous avez recu ce message|you received this message|"
    r"you are receiving this|sie (?:erhalten|haben) diese nachricht|(?:has recibido|recibes|ha "
    r"recibido) este mensaje|(?:hai ricevuto|ricevi) questo messaggio|recebeu esta mensagem|"
    r"(?:u ontvangt|je ontvangt|u hebt|je hebt) dit bericht)\b.*\b"
    r"(?:group|groups|groupe|groupes|gruppe|gruppen|grupo|grupos|gruppo|gruppi|groep|groepen)\b"
)
# Below "--" without its space, only what is sure to be a signature is cut.
CONTACT = re.compile(r"@|https?:|www\.|(?:\d[ .\-/()]{0,3}){8,}")
NAME = re.compile(
    r"[^\W\d_a-zà-ÿ][\w'’.&-]*(?: (?:(?:d|l)['’]|de |du |la |le |von |van |&? ?)*"
    r"[^\W\d_a-zà-ÿ][\w'’.&-]*){0,3}"
)
SENTENCE = re.compile(r"(?:\S+\s+){3,}\S+[.!?…]\s*$|(?:\S+\s+){9,}\S")


def without(
    parts: Sequence[list[Line]], *, is_at_end: bool = True
) -> tuple[list[list[Line]], list[str]]:
    """Return the parts of a letter without signatures, and the signatures that were cut.

    A part ends where a quote was cut, or where the letter ends.
    """
    kept, cut = [], []
    for number, part in enumerate(parts):
        if number == len(parts) - 1 and not is_at_end:
            own, signature = part, list[Line]()
        else:
            own, signature = _split(part)
        kept.append(own)
        if signature:
            cut.append(joined(signature))
    return kept, cut


def _split(part: list[Line]) -> tuple[list[Line], list[Line]]:
    end = len(part)
    while (shorter := _shorter(part, end)) < end:
        end = shorter
    return part[:end], [line for line in part[end:] if not line.is_blank]


def _shorter(part: list[Line], end: int) -> int:
    """Return where the part ends without its last signature, rule, or blank lines."""
    while end and part[end - 1].is_blank:
        end -= 1
    if not end:
        return 0
    return min(_without_app_lines(part, end), _without_signature(part, end))


def _without_app_lines(part: list[Line], end: int) -> int:
    for start in range(end - 1, max(end - 1 - MOST_APP_LINES, -1), -1):
        lines = part[start:end]
        if any(line.is_blank for line in lines):
            return end
        if is_app_line(" ".join(line.text.strip() for line in lines)):
            return _without_rules(part, start)
    return end


def _without_rules(part: list[Line], end: int) -> int:
    while end and (part[end - 1].is_blank or part[end - 1].is_rule):
        end -= 1
    return end


def is_app_line(text: str) -> bool:
    """Tell whether a device or an app wrote a line: all of it, not its beginning."""
    if len(text) > LONGEST_APP_LINE * 4:
        return False
    if ONLY_LINKS.fullmatch(text.strip()):
        return True
    plain = LINKS.sub("", folded(LINKS.sub("", text))).strip(" -_~|·•[]()\u2063")
    plain = EXCUSES.sub("", plain)
    if not plain or len(plain) > LONGEST_APP_LINE:
        return False
    return _SLOGANS.fullmatch(plain.rstrip(" .!")) is not None or _is_of_device(plain)


def _is_of_device(plain: str) -> bool:
    start = _START.match(plain)
    if start is None:
        return False
    words = re.findall(r"[^\W_]+(?:[&.][^\W_]+)*\+?", plain[start.end() :])
    if not words or re.search(r"[,;:?]|[.!] ", plain[start.end() :]):
        return False
    known = all(word in DEVICE_WORDS or MODEL.fullmatch(word) for word in words)
    return known and any(word in NAMES for word in words)


def _without_signature(part: list[Line], end: int) -> int:
    """Return where the part ends above "-- ", if what follows is as short as a signature."""
    lowest = max(end - 3 - 2 * MOST_SIGNATURE_LINES, -1)
    start = next((at for at in range(end - 1, lowest, -1) if _is_mark(part[at])), None)
    if start is None or not _is_signature(part[start + 1 : end], is_exact=_is_exact(part[start])):
        return end
    is_one_of_many = not _is_exact(part[start]) and any(map(_is_mark, part[:start]))
    return end if is_one_of_many else start


def _is_mark(line: Line) -> bool:
    return line.depth == 0 and line.text.strip() in ("--", "\u2014")


def _is_exact(line: Line) -> bool:
    return line.raw.replace("\xa0", " ").startswith("-- ")


def _is_signature(below: list[Line], *, is_exact: bool) -> bool:
    lines = [line.text.strip() for line in below if not line.is_blank]
    if not lines or (len(lines) <= MOST_SIGNATURE_LINES and _is_list_footer(lines)):
        return True
    if is_exact:
        return len(lines) <= MOST_SIGNATURE_LINES and not _is_sentence(lines[0])
    return (
        not below[0].is_blank
        and len(lines) <= MOST_LINES_BELOW_DASHES
        and not any(map(_is_sentence, lines))
        and (any(map(CONTACT.search, lines)) or all(map(NAME.fullmatch, lines)))
    )


def _is_list_footer(lines: list[str]) -> bool:
    return LIST_FOOTER.match(folded(" ".join(lines[:3]))) is not None


def _is_sentence(line: str) -> bool:
    return len(line) > LONGEST_SIGNATURE_LINE or SENTENCE.search(line) is not None
