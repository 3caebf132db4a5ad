"""Compose texts of a building site in bulk: the demo's lines, with things, names and references.

Few things are in many texts and most are in few, as in real ones: the n-th is taken in proportion
to 1/n (Zipf).
"""

from collections.abc import Iterator
from itertools import accumulate
from random import Random

from messaging.demo.dialogue import ABOUT_A_CHANTIER, ABOUT_ANYTHING, say
from messaging.demo.phrases import DAYS, words_for

_THINGS = """
carrelage peinture cuisine devis facture escalier plomberie façade toiture dalle cloison fenêtre
porte portail volet chaudière radiateur parquet plinthe enduit isolation étanchéité gouttière
charpente terrasse garage balcon garde-corps placard évier robinet douche baignoire lavabo
interrupteur tableau prise luminaire câble gaine tuyau vanne siphon chauffe-eau pompe climatiseur
ventilation cheminée conduit velux lucarne ardoise tuile zinc solin bardage crépi ravalement
échafaudage grue bétonnière ferraillage coffrage fondation semelle longrine poutre poteau linteau
chape ragréage mortier joint silicone mastic plâtre placo rail montant suspente laine polystyrène
bande calicot apprêt lasure vernis vitrification moquette linoléum faïence mosaïque crédence hotte
poignée serrure gâchette digicode interphone visiophone ascenseur gravats benne palette clôture
grillage muret pavé gravier regard drain fosse citerne récupérateur compteur disjoncteur parafoudre
thermostat collecteur plancher solive chevron panne faîtage noue rive bavette acrotère skydome
verrière véranda pergola store moustiquaire persienne huisserie paumelle crémone vitrage châssis
"""
THINGS = _THINGS.split()
_DEFECTS = "fissuré taché bloqué décalé cassé humide rayé gondolé desserré bruyant déformé"
DEFECTS = _DEFECTS.split()
_SURNAMES = (
    "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre"
    " Michel Garcia David Bertrand Roux Vincent Fournier Morel Girard André Lefèvre Mercier Dupont"
    " Lambert Bonnet François Martinez Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry"
    " Roussel Nicolas Perrin Morin Mathieu Clément Gauthier Dumont Lopez Fontaine Chevalier Robin"
)
SURNAMES = _SURNAMES.split()
_FIRST_NAMES = "Camille Zoé Yanis Jean Marie Léa Hugo Chloé Nadia Paul Inès Karim Élise Noël"
FIRST_NAMES = _FIRST_NAMES.split()


def weights(count: int) -> list[float]:
    """Return cumulative weights of Zipf for `Random.choices`."""
    return list(accumulate(1 / n for n in range(1, count + 1)))


def texts(count: int, chance: Random) -> Iterator[str]:
    """Yield different texts of one to four sentences."""
    lines = [
        line.text
        for theme in (*ABOUT_A_CHANTIER, *ABOUT_ANYTHING)
        for exchange in theme.exchanges
        for line in exchange
    ]
    chance.shuffle(lines)
    by_line, by_thing = weights(len(lines)), weights(len(THINGS))
    names = {"client": "Camille", "equipe": "Odile", "autre": "Bruno", "collegue": "Marc"}
    for _ in range(count):
        words = {**words_for({}, chance), **names}
        sentences = [_line(chance.choices(lines, cum_weights=by_line)[0], words, chance)]
        for _ in range(chance.choice((0, 1, 1, 2))):
            thing, other = chance.choices(THINGS, cum_weights=by_thing, k=2)
            sentences.append(_remark(thing, other, chance))
        yield " ".join(sentences)


def _line(text: str, words: dict[str, str], chance: Random) -> str:
    return say(text, words, chance)


def _remark(thing: str, other: str, chance: Random) -> str:
    return chance.choice((
        "Pour {thing} et {other}, voir la référence {letter}-{number}.",
        "{thing} {defect} près de {other}, M. {name} passe {day}.",
        "La facture F{number} de {name} : {thing}, {amount},50 €.",
        "{thing} : {small} mm, {other} : {small2} m².",
        "Rendez-vous le {date} avec Mme {name} pour {thing}, tél. 06 {pairs}.",
        "Merci de vérifier {thing} et {other} avant {day}.",
    )).format(
        thing=thing, other=other, letter=chance.choice("ABCDEFGH") + chance.choice("KLMN"),
        number=chance.randrange(100, 99_999), defect=chance.choice(DEFECTS),
        name=chance.choice(SURNAMES), day=chance.choice(DAYS),
        amount=f"{chance.randrange(1, 40)} {chance.randrange(100, 999)}",
        small=chance.randrange(3, 300), small2=chance.randrange(2, 90),
        date=f"{chance.randrange(1, 29):02}/{chance.randrange(1, 13):02}",
        pairs=" ".join(f"{chance.randrange(100):02}" for _ in range(4)),
    )  # fmt: skip
