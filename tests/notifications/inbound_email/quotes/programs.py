"""What mail programs write above a quote, as real ones do, each with its program and language."""

# One line each, except where the program breaks it. `{who}` has no brackets.
WHO = "Odile Perrin (Liaison) <odile@liaison.example>"
ATTRIBUTIONS = {
    ("gmail", "fr"): f"Le mar. 3 nov. 2026 à 14:02, {WHO} a écrit :",
    ("gmail-canada", "fr"): f"Le mar. 3 nov. 2026, à 14 h 02, {WHO} a écrit :",
    ("gmail-short", "fr"): f"Le mar. 3 nov. à 14:02, {WHO} a écrit :",
    ("gmail", "en"): f"On Tue, Nov 3, 2026 at 2:02 PM {WHO} wrote:",
    ("gmail-uk", "en"): f"On Tue, 3 Nov 2026 at 14:02, {WHO} wrote:",
    ("gmail", "de"): f"Am Di., 3. Nov. 2026 um 14:02 Uhr schrieb {WHO}:",
    ("gmail", "es"): f"El mar, 3 nov 2026 a las 14:02, {WHO} escribió:",
    ("gmail", "it"): f"Il giorno mar 3 nov 2026 alle ore 14:02 {WHO} ha scritto:",
    ("gmail", "pt-BR"): f"Em ter., 3 de nov. de 2026 às 14:02, {WHO} escreveu:",
    ("gmail", "pt"): f"{WHO} escreveu no dia terça, 3/11/2026 à(s) 14:02:",
    ("gmail", "nl"): f"Op di 3 nov 2026 om 14:02 schreef {WHO}:",
    ("gmail-2012", "any"): f"2026-11-03 14:02 GMT+01:00 {WHO}:",
    ("apple", "fr"): f"Le 3 nov. 2026 à 14:02, {WHO} a écrit :",
    ("apple-full", "fr"): f"Le 3 novembre 2026 à 14:02:11 UTC+1, {WHO} a écrit :",
    ("apple", "en"): f"On Nov 3, 2026, at 2:02\u202fPM, {WHO} wrote:",
    ("apple-uk", "en"): f"On 3 Nov 2026, at 14:02, {WHO} wrote:",
    ("apple", "de"): f"Am 03.11.2026 um 14:02 schrieb {WHO}:",
    ("apple", "es"): f"El 3 nov 2026, a las 14:02, {WHO} escribió:",
    ("apple", "it"): f"Il giorno 3 nov 2026, alle ore 14:02, {WHO} ha scritto:",
    ("apple", "pt"): f"No dia 03/11/2026, às 14:02, {WHO} escreveu:",
    ("apple", "nl"): f"Op 3 nov 2026 om 14:02 heeft {WHO} het volgende geschreven:",
    ("thunderbird", "fr"): "Le 03/11/2026 à 14:02, Odile Perrin (Liaison) a écrit :",
    ("thunderbird", "en"): "On 03/11/2026 14:02, Odile Perrin (Liaison) wrote:",
    ("thunderbird", "de"): "Am 03.11.26 um 14:02 schrieb Odile Perrin (Liaison):",
    ("thunderbird", "es"): "El 3/11/26 a las 14:02, Odile Perrin (Liaison) escribió:",
    ("thunderbird", "it"): "Il 03/11/2026 14:02, Odile Perrin (Liaison) ha scritto:",
    ("thunderbird", "pt"): "Em 03/11/2026 14:02, Odile Perrin (Liaison) escreveu:",
    ("thunderbird", "nl"): "Op 03-11-2026 om 14:02 schreef Odile Perrin (Liaison):",
    ("yahoo", "fr"): f"Le mardi 3 novembre 2026 à 14:02:11 UTC+1, {WHO} a écrit :",
    ("yahoo", "en"): f"On Tuesday, November 3, 2026 at 02:02:11 PM GMT+1, {WHO} wrote:",
    ("yahoo", "de"): f"Am Dienstag, 3. November 2026, 14:02:11 MEZ hat {WHO} Folgendes "
    "geschrieben:",
    ("yahoo", "es"): f"El martes, 3 de noviembre de 2026, 14:02:11 CET, {WHO} escribió:",
    ("yahoo", "it"): f"Il martedì 3 novembre 2026 alle ore 14:02:11 CET, {WHO} ha scritto:",
    ("yahoo", "pt"): f"Em terça-feira, 3 de novembro de 2026 14:02:11 WET, {WHO} escreveu:",
    ("yahoo", "nl"): f"Op dinsdag 3 november 2026 om 14:02:11 CET schreef {WHO}:",
    ("proton", "fr"): f"Le mardi 3 novembre 2026 à 14:02, {WHO} a écrit :",
    ("proton", "en"): f"On Tuesday, November 3rd, 2026 at 2:02 PM, {WHO} wrote:",
    ("spark", "fr"): f"Le 3 nov. 2026 à 14:02 +0100, {WHO}, a écrit :",
    ("spark", "en"): f"On 3 Nov 2026 at 14:02 +0100, {WHO}, wrote:",
    ("airmail", "en"): "On November 3, 2026 at 2:02:11 PM, Odile Perrin (odile@x.example) wrote:",
    ("airmail", "fr"): "Le 3 novembre 2026 à 14:02:11, Odile Perrin (odile@x.example) a écrit :",
    ("superhuman", "en"): "On Tue, Nov 03, 2026 at 2:02 PM, Odile Perrin < o@x.example > wrote:",
    ("hey", "en"): f"On November 3, 2026, {WHO} wrote:",
    ("evolution", "fr"): "Le mardi 03 novembre 2026 à 14:02 +0100, Odile Perrin a écrit :",
    ("kmail", "fr"): "Le mardi 3 novembre 2026, 14:02:11 CET Odile Perrin a écrit :",
    ("k-9", "de"): f"Am 3. November 2026 14:02:11 MEZ schrieb {WHO}:",
    ("k-9", "fr"): f"Le 3 novembre 2026 14:02:11 GMT+01:00, {WHO} a écrit :",
    ("roundcube", "fr"): "Le 2026-11-03 14:02, Odile Perrin (Liaison) a écrit :",
    ("roundcube", "de"): "Am 2026-11-03 14:02, schrieb Odile Perrin (Liaison):",
    ("mutt", "en"): "On Tue, Nov 03, 2026 at 02:02:11PM +0100, Odile Perrin wrote:",
    ("gnus", "en"): f"{WHO} writes:",
    ("open-xchange", "de"): f"{WHO} hat am 03.11.2026 14:02 CET geschrieben:",
    ("open-xchange", "fr"): f"Le 03/11/2026 14:02 CET, {WHO} a écrit :",
    ("notes", "fr"): f"{WHO} a écrit le 03/11/2026 14:02:11 :",
    ("notes", "en"): f"{WHO} wrote on 03/11/2026 14:02:11:",
    ("zoho", "fr"): f"---- Le mar., 03 nov. 2026 14:02:11 +0100 {WHO} a écrit ----",
    ("zoho", "en"): f"---- On Tue, 03 Nov 2026 14:02:11 +0100 {WHO} wrote ---",
    ("mailto", "fr"): "Le 3 nov. 2026 à 14:02, Odile <o@x.fr<mailto:o@x.fr>> a écrit :",
    ("blackberry", "fr"): f"Le 3 nov. 2026 14 h 02, {WHO} a écrit :",
    ("express", "fr"): f"Dans son message du 03/11/2026 14:02, {WHO} a écrit :",
}  # fmt: skip

# The names of the fields of a header block, in the order that programs write them.
FIELDS = {
    "fr": ("De", "Envoyé", "À", "Objet"),
    "en": ("From", "Sent", "To", "Subject"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "es": ("De", "Enviado", "Para", "Asunto"),
    "it": ("Da", "Inviato", "A", "Oggetto"),
    "pt": ("De", "Enviado", "Para", "Assunto"),
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp"),
}
MAC_FIELDS = {
    "fr": ("De", "Date", "À", "Objet"),
    "en": ("From", "Date", "To", "Subject"),
    "de": ("Von", "Datum", "An", "Betreff"),
    "es": ("De", "Fecha", "Para", "Asunto"),
    "it": ("Da", "Data", "A", "Oggetto"),
    "pt": ("De", "Data", "Para", "Assunto"),
    "nl": ("Van", "Datum", "Aan", "Onderwerp"),
}
DATES = {
    "fr": "mardi 3 novembre 2026 14:02",
    "en": "Tuesday, November 3, 2026 2:02 PM",
    "de": "Dienstag, 3. November 2026 14:02",
    "es": "martes, 3 de noviembre de 2026 14:02",
    "it": "martedì 3 novembre 2026 14:02",
    "pt": "terça-feira, 3 de novembro de 2026 14:02",
    "nl": "dinsdag 3 november 2026 14:02",
}
TITLES = {
    "fr": "-----Message d'origine-----",
    "en": "-----Original Message-----",
    "de": "-----Ursprüngliche Nachricht-----",
    "es": "-----Mensaje original-----",
    "it": "-----Messaggio originale-----",
    "pt": "-----Mensagem original-----",
    "nl": "-----Oorspronkelijk bericht-----",
}
RULE = "_" * 32


def block(names: tuple[str, ...], date: str, *, label: str = "{}: ", who: str = WHO) -> str:
    values = (who, date, "Camille Morel <camille@demo.test>", "RE: Carrelage du séjour")
    return "\n".join(label.format(name) + value for name, value in zip(names, values, strict=True))


def _blocks() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for language, names in FIELDS.items():
        date = DATES[language]
        found["outlook", language] = block(names, date)
        found["outlook-no-break", language] = block(names, date, label="{}\u00a0: ")
        found["outlook-narrow", language] = block(names, date, label="{}\u202f: ")
        found["outlook-bold", language] = block(names, date, label="*{} :* ")
        found["outlook-web", language] = f"{RULE}\n{block(names, date, label='{} : ')}"
        found["outlook-2003", language] = f"{TITLES[language]}\n{block(names, date)}"
        found["outlook-without-addresses", language] = block(names, date, who="Odile Perrin")
        found["outlook-mac", language] = block(MAC_FIELDS[language], date, label="{} : ")
        found["notes", language] = block(MAC_FIELDS[language], date, label="{} :        ")
    return found


BLOCKS = {
    **_blocks(),
    ("samsung", "fr"): "-------- Message d'origine --------\nDe : Odile <o@x.fr>\n"
    "Date : 03/11/2026  14:02  (GMT+01:00)\nÀ : camille@demo.test\nObjet : Carrelage",
    ("samsung-original", "fr"): "-------- Message original --------\nDe : Odile <o@x.fr>\n"
    "Date : mar. 3 nov. 2026 à 14:02\nÀ : camille@demo.test\nObjet : Carrelage",
    ("zimbra", "fr"): '----- Mail original -----\nDe: "Odile" <o@x.fr>\nÀ: "Camille" <c@x.fr>\n'
    "Envoyé: Mardi 3 Novembre 2026 14:02:11\nObjet: Carrelage",
    ("zimbra-cc", "fr"): '----- Mail original -----\nDe: "Odile" <o@x.fr>\nÀ: "Camille" <c@x.fr>,\n'
    '\t"Bruno" <b@x.fr>,\n\t"Paul" <p@x.fr>\nCc: "Louis" <l@x.fr>\n'
    "Envoyé: Mardi 3 Novembre 2026 14:02:11\nObjet: Carrelage",
    ("orange", "fr"): "envoyé : 3 novembre 2026 à 14:02\nde : Odile <o@x.fr>\n"
    "à : camille@orange.fr\nobjet : Carrelage",
    ("gmx", "de"): "Gesendet: Dienstag, 3. November 2026 um 14:02 Uhr\n"
    'Von: "Odile" <o@x.fr>\nAn: camille@gmx.de\nBetreff: Carrelage',
    ("t-online", "de"): "-----Original-Nachricht-----\nBetreff: Carrelage\n"
    "Datum: 2026-11-03T14:02:11+0100\nVon: Odile <o@x.fr>\nAn: camille@t-online.de",
    ("proton", "en"): "-------- Original Message --------\n"
    "On 11/3/26 2:02 PM, Odile <o@x.fr> wrote:",
    ("proton-2020", "fr"): "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\n"
    "Le mardi 3 novembre 2026 14:02, Odile <o@x.fr> a écrit :",
    ("importance", "fr"): "De : Odile <o@x.fr>\nEnvoyé : mardi 3 novembre 2026 14:02\n"
    "À : Camille\nCc : Bruno\nObjet : Carrelage\nImportance : Haute",
    ("paragraphs", "fr"): "De : Odile <o@x.fr>\n\nEnvoyé : mardi 3 novembre 2026 14:02\n\n"
    "À : Camille\n\nObjet : Carrelage",
    ("values-below", "fr"): "De :\nOdile <o@x.fr>\nEnvoyé :\nmardi 3 novembre 2026 14:02\nÀ :\n"
    "Camille\nObjet :\nCarrelage",
    ("one-line", "fr"): "De : Odile <o@x.fr> Envoyé : mardi 3 novembre 2026 14:02 À : Camille "
    "Objet : Carrelage",
    ("cells", "fr"): "De : · Odile <o@x.fr>\nA : · camille@x.fr\nDate : · 03/11/2026 14:02\n"
    "Objet : · Carrelage",
}  # fmt: skip
# These mark each line of the quote and of its header.
MARKED_BLOCKS = {
    ("orange", "fr"): "> Message du 03/11/26 14:02\n> De : \"Odile\" <o@x.fr>\n"
    "> A : camille@orange.fr\n> Copie à : \n> Objet : Carrelage",
    ("laposte", "fr"): "> Message du 03/11/2026 14:02\n> De : o@x.fr\n> A : camille@laposte.net\n"
    "> Objet : Carrelage",
    ("outlook-prefix", "fr"): "> -----Message d'origine-----\n> De : Odile <o@x.fr>\n"
    "> Envoyé : mardi 3 novembre 2026 14:02\n> À : Camille\n> Objet : Carrelage",
}  # fmt: skip
