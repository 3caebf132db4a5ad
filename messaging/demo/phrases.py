"""Values for the blanks of a thread, chosen once for the whole thread."""

from random import Random

from core.models import User

# A place by itself, after "de" and after "dans": in French, none follows from another.
PLACES = (
    ("le séjour", "du séjour", "dans le séjour"),
    ("la cuisine", "de la cuisine", "dans la cuisine"),
    ("la salle de bains", "de la salle de bains", "dans la salle de bains"),
    ("l'entrée", "de l'entrée", "dans l'entrée"),
    ("la buanderie", "de la buanderie", "dans la buanderie"),
    ("le rez-de-chaussée", "du rez-de-chaussée", "au rez-de-chaussée"),
    ("l'étage", "de l'étage", "à l'étage"),
    ("la grande pièce", "de la grande pièce", "dans la grande pièce"),
)
SHADES = ("gris perle", "grège", "sable", "vert sauge", "bleu ardoise", "terre cuite", "lin")
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi")
HOURS = ("8 h 30", "9 h", "10 h 30", "14 h", "15 h 30", "16 h")
CRAFTSMEN = ("M. Costa", "M. Le Goff", "Mme Renaud", "M. Kaya", "M. Petit", "Mme Bakari")
NARROW_SPACE = "\u202f"


def words_for(speakers: dict[str, User], chance: Random) -> dict[str, str]:
    """Return the blanks of a thread among these people."""
    day, other_day = chance.sample(DAYS, 2)
    place, of_place, in_place = chance.choice(PLACES)
    return {
        **{role: person.name.split()[0] for role, person in speakers.items()},
        "le_lieu": place,
        "du_lieu": of_place,
        "lieu_dans": in_place,
        "teinte": chance.choice(SHADES),
        "jour": day,
        "jour2": other_day,
        "heure": chance.choice(HOURS),
        "artisan": chance.choice(CRAFTSMEN),
        "montant": _euros(chance.randrange(4_200, 48_000)),
        "petit_montant": _euros(chance.randrange(14, 89) * 10),
        "numero": f"D-{chance.randrange(1_400, 2_900)}",
        "rang": str(chance.randrange(2, 7)),
    }


def _euros(amount: int) -> str:
    return f"{amount:,}".replace(",", NARROW_SPACE)
