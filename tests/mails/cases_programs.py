"""An answer by each program in each of its languages."""

from itertools import cycle

from tests.mails.case import Build, Case, Program
from tests.mails.letter import Letter
from tests.mails.programs import PROGRAMS

OWN = {
    "fr": [
        "Oui, jeudi 8 h. Le code du portail est 4512.",
        "Bonjour Odile,\n\nPose décalée, c’est d’accord.\nPour jeudi : 8 h, pas plus tard svp.\n\n"
        "Merci et bonne journée,\nCamille",
        "Ok pour vendredi\n\nPS : prévoir 3 cartons de plus (cf. devis n° 12-B)",
        "Bonjour,\n\n1. pose droite\n2. joints gris\n3. plinthes : "
        "non\n\nCordialement\nCamille Morel",
        "Non merci.",
        "Voici mon adresse : 12, rue de l’Église, 75011 Paris.\nMon portable : 06 12 34 56 78",
        "C'est le carreleur qui m'a écrit hier : il ne vient pas !\n\nQue fait-on ?",
    ],
    "en": [
        "Yes, Thursday at 8. The gate code is 4512.",
        "Hi Odile,\n\nStaggered please.\nOn Friday I am away: call my husband instead.\n\nThanks",
    ],
    "de": [
        "Ja, Donnerstag um 8 Uhr passt.\n\nViele Grüße\nCamille",
        "Bitte gerade verlegen, danke.",
    ],
    "es": ["Sí, el jueves a las 8.\n\nGracias", "La colocación recta, por favor. ¿A qué hora?"],
    "it": ["Sì, giovedì alle 8.\n\nGrazie mille", "Posa dritta, per favore."],
    "pt": ["Sim, quinta-feira às 8h.\n\nObrigada", "Assentamento reto, por favor."],
    "nl": ["Ja, donderdag om 8 uur.\n\nGroeten", "Recht leggen, alstublieft. Dank u wel."],
}


def _built(program: Program, own: str, language: str) -> Build:
    def build(letter: Letter) -> bytes:
        return program.reply(letter, own, language)

    return build


def _cases() -> list[Case]:
    texts = {language: cycle(each) for language, each in OWN.items()}
    # Every seventh of the French ones answers the letter with the long names.
    letters = {"fr": cycle(["fr", "many", "fr", "long", "fr", "fr", "long"])}
    cases = []
    for program in PROGRAMS:
        for language in program.languages:
            spoken = language[:2]
            own = next(texts[spoken])
            key = next(letters[spoken]) if spoken in letters else "en" if spoken == "en" else "fr"
            cases.append(
                Case(
                    id=f"{program.name}-{language}",
                    program=program.name,
                    language=language,
                    build=_built(program, own, language),
                    text=own,
                    letter=key,
                )
            )
    return cases


CASES = _cases()
