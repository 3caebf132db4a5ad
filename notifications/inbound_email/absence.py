"""The words by which programs answer for someone who is absent, by language."""

import re

# At the start of a subject, where a person's answer has "Re:".
SURE = re.compile(
    r"^\W*(?:"
    r"réponse automatique|reponse automatique|réponse d.absence|message d.absence"
    r"|notification d.absence|avis d.absence|répondeur(?: automatique|\s*:)|message automatique"
    r"|auto-?réponse"
    r"|automatic (?:reply|response)|automated (?:reply|response)|auto[- ]?(?:reply|response)\b"
    r"|autoresponder|out[- ]of[- ](?:the[- ])?office (?:auto.?reply|reply|notification|assistant)"
    r"|ooo\s*:|vacation (?:reply|message|notice|response)"
    r"|automatische (?:antwort|reply)|abwesenheits(?:notiz|nachricht|assistent|meldung|info)\w*"
    r"|respuesta automática|respuesta automatica|contestación automática"
    r"|resposta automática|resposta automatica|risposta automatica|messaggio automatico"
    r"|automatisch antwoord|afwezigheids(?:bericht|melding)|autosvar|automatisk svar"
    r"|automaattinen vastaus|odpowiedź automatyczna|autoodpowiedź|automatická odpověď"
    r"|automatikus válasz|răspuns automat|otomatik yanıt|автоответ|автоматический ответ"
    r"|自動応答|自动回复|自動回覆"
    r")",
    re.IGNORECASE,
)
# Notes and others write who it is: "Camille Morel est absente du bureau (retour le 12/01)".
OF_A_PERSON = re.compile(
    r"\b(?:est|sera) absente? (?:du bureau|jusqu)|\bis (?:currently )?out of (?:the )?office"
    r"|\bist nicht im (?:büro|haus)",
    re.IGNORECASE,
)
# A person may also begin a subject so.
LIKELY = re.compile(
    r"^\W*(?:"
    r"absence(?: du bureau| temporaire| pour congés?)?|absente?s?(?: du bureau)?|en congés?"
    r"|congés(?: annuels| d.été)?|fermeture annuelle|je suis absente?|indisponible"
    r"|out[- ]of[- ](?:the[- ])?office|away|on (?:leave|holiday|vacation)|holiday|vacation"
    r"|i am (?:away|out of (?:the )?office)|auto"
    r"|abwesenheit|abwesend|nicht im büro|im urlaub|urlaub"
    r"|fuera de (?:la )?oficina|ausente|ausencia|de vacaciones|vacaciones"
    r"|fuori (?:sede|ufficio)|assente|assenza|in ferie"
    r"|afwezig|niet aanwezig|met vakantie|fora do escritório|ausência|de férias"
    r")\s*(?:$|[:(\[–—-]|du \d|jusqu|until|bis|hasta|fino|tot|till)",
    re.IGNORECASE,
)
ANSWER = re.compile(r"^\s*(?:re|ré|rép|aw|sv|r|antw|res|odp|tr|fw|fwd|wg)\s*:", re.IGNORECASE)
# The first signs of a text are enough: the sentence is the first or the second one.
LOOKED_AT = 1200
WORDS = re.compile(
    r"\bje (?:suis|serai) (?:actuellement |momentanément )?(?:absente?|en congés?|en vacances"
    r"|indisponible|en déplacement|hors du bureau)|\bactuellement (?:absente?|en congés?)"
    r"|\bnous sommes (?:actuellement )?(?:fermés|en congés?)|\bnos bureaux (?:sont|seront) fermés"
    r"|de retour (?:le|à partir|au bureau)|à mon retour|en mon absence|durant mon absence"
    r"|pendant mon absence|(?:message|réponse) automatique|ne (?:pas )?(?:y )?répon\w+ pas? à ce"
    r"|ne sera pas (?:lu|transféré|transmis)"
    r"|\bi(?:.m| am| will be|.ll be) (?:currently )?(?:out of|away|not in the office|travelling"
    r"|on (?:leave|holiday|vacation))|out of (?:the )?office|(?:be back|return) (?:on|in)\b"
    r"|during my absence|in my absence|upon my return|when i return|when i get back"
    r"|limited access to (?:my )?e-?mail"
    r"|automat(?:ic|ed|ically) (?:reply|response|message|generated)"
    r"|nicht im büro|nicht erreichbar|abwesend|außer haus|im urlaub"
    r"|wieder (?:erreichbar|im büro|für sie)"
    r"|in meiner abwesenheit|automatische (?:antwort|nachricht)|nicht weitergeleitet"
    r"|fuera de (?:la )?oficina|estaré (?:ausente|de vuelta|de vacaciones)|de vacaciones"
    r"|(?:respuesta|mensaje) automátic|durante mi ausencia|regresaré"
    r"|fuori (?:sede|ufficio)|sono (?:in ferie|assente)|sarò (?:assente|di ritorno)"
    r"|risposta automatica|in mia assenza|al mio rientro|rientrerò"
    r"|ik ben (?:momenteel |op dit moment )?(?:afwezig|niet aanwezig|niet op kantoor|met vakantie)"
    r"|tijdens mijn afwezigheid|weer bereikbaar|automatisch (?:antwoord|bericht)"
    r"|estou (?:ausente|de férias|fora)|estarei (?:ausente|de férias|de volta)|na minha ausência"
    r"|resposta automática",
    re.IGNORECASE,
)


def weight_of_subject(subject: str) -> int:
    """Return 2 if only a program writes such a subject, 1 if a person may, 0 for any other."""
    if is_answer(subject):
        return 0
    if SURE.search(subject):
        return 2
    return 1 if LIKELY.search(subject) or OF_A_PERSON.search(subject) else 0


def is_answer(subject: str) -> bool:
    """Tell if a subject is the one of an earlier email ("Re:", "TR:")."""
    return ANSWER.match(subject) is not None


def weight_of_text(text: str) -> int:
    """Return 1 if a text says that its author is absent, or that a program wrote it."""
    return 1 if WORDS.search(text[:LOOKED_AT].replace("\u2019", "'")) else 0
