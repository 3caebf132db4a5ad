"""Recognise a message that only says thank you, so that a closed conversation can stay settled.

Careful rather than clever: every word must be one of those below. A word more ("merci de me
rappeler", "non merci", "merci, et pour mardi") may carry a question, and then it is none.
"""

import re

from core.text import without_accents

# Longer ones say more than thank you.
MAX_LENGTH = 120
WORD = re.compile(r"[^\W\d_]+")
THANKS = frozenset(
    WORD.findall("merci mercis remercie remercions remerciements thanks thank thx thankyou cheers")
)
POLITE = THANKS | frozenset(
    WORD.findall(
        # Around the thanks, in French.
        "beaucoup bcp infiniment mille encore bien grand grands tout toute toutes tous sincerement "
        "vraiment un une et a au aux le la les l je j nous on vous te t toi c est ce cela ca sont "
        "pour votre vos ton tes cette "
        # What the thanks are for.
        "reponse reponses retour retours aide reactivite rapidite efficacite disponibilite "
        "patience gentillesse professionnalisme accueil info infos information informations "
        "precision precisions travail boulot equipe equipes "
        # That it is understood, and good.
        "ok okay oki dac entendu note notee recu recue compris parfait parfaite parfaitement super "
        "genial geniale top nickel impeccable impec excellent excellente formidable tres trop "
        # To begin and to end with.
        "bonjour bonsoir salut hello coucou madame monsieur mesdames messieurs m mme mr bonne bon "
        "bonnes belle journee soiree nuit week end weekend we fin de semaine apres midi "
        "vacances fetes dimanche continuation courage bientot revoir cordialement salutations "
        "amicalement "
        # The same in English.
        "you very so much lot many all again great perfect good nice fine i appreciate it this "
        "that s your the help answer reply support work have day evening night regards best kind "
        "hi everyone team understood noted got"
    )
)
# "Merci de rappeler" and "merci d'avance" ask for something.
ASKS = re.compile(r"\bmerci(?: bien| beaucoup)? d(?:e\b|')")
REPEATED = re.compile(r"(\w)\1{2,}")
# What has digits, or leads elsewhere, is information.
INFORMATION = re.compile(r"[?\d@%€$]|://|www\.")
# A name after the thanks: "Merci Odile !", "Merci beaucoup Jean-Marc".
GREETED = re.compile(
    r"\b((?i:merci|merci beaucoup|merci bien|merci encore|thanks|thank you)),?[ \u00a0]"
    r"[A-ZÀ-Ý][a-zà-ÿ]+(?:-[A-ZÀ-Ý][a-zà-ÿ]+)?\b"
)


def only_thanks(body: str, *, author: str = "") -> bool:
    """Tell whether a text says thank you and nothing else. Its `author` may sign it."""
    if not body or len(body) > MAX_LENGTH or INFORMATION.search(body):
        return False
    folded = _folded(GREETED.sub(r"\1", body))
    words = set(WORD.findall(folded))
    if words.isdisjoint(THANKS) or ASKS.search(_folded(body)):
        return False
    return words <= POLITE | set(WORD.findall(_folded(author)))


def _folded(text: str) -> str:
    """Return a text in small letters without accents; "merciii" becomes "merci"."""
    plain = without_accents(text.lower(), "NFKD").replace("’", "'")
    return REPEATED.sub(r"\1", plain).replace("d'accord", "ok")
