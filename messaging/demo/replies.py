"""The canned replies of the demo: shared ones, and some of Odile's own."""

from core.demo import Company
from core.models import User
from messaging.models import CannedReply

# Shortcut, French text, English text; the last ones are Odile's own.
SHARED = (
    (
        "reception",
        "Bonjour {prenom},\n\nBien reçu, merci. Je regarde et je reviens vers vous au plus tard"
        " demain."
        "\n\n{moi}",
        "Hello {prenom},\n\nThank you, I have received it. I will look into it and come back to"
        " you by"
        " tomorrow.\n\n{moi}",
    ),
    (
        "photos",
        "Bonjour {prenom},\n\nPour le chantier {chantier} ({reference}), pouvez-vous m’envoyer"
        " deux ou"
        " trois photos\u00a0: une de loin, une de près, et une avec un mètre posé à côté\u202f?",
        "Hello {prenom},\n\nFor {chantier} ({reference}), could you send me two or three"
        " photos: one from"
        " afar, one close up, and one with a tape measure beside it?",
    ),
    (
        "rendez-vous",
        "Bonjour {prenom},\n\nNous pouvons passer sur {chantier} jeudi matin entre 8\u00a0h et"
        " 10\u00a0h."
        " Est-ce que cela vous convient\u202f?\n\n{moi}",
        "Hello {prenom},\n\nWe can come to {chantier} on Thursday between 8 and 10 in the"
        " morning. Would"
        " that suit you?\n\n{moi}",
    ),
    (
        "relance-devis",
        "Bonjour {prenom},\n\nAvez-vous pu regarder le devis pour «\u00a0{sujet}\u00a0»\u202f?"
        " Je reste à"
        " votre disposition pour en parler.\n\n{moi}",
        "Hello {prenom},\n\nHave you had a chance to look at the quote for “{sujet}”? I am"
        " happy to talk"
        " it through.\n\n{moi}",
    ),
    (
        "intemperies",
        "Bonjour {prenom},\n\nAvec la pluie annoncée, les travaux extérieurs de {chantier} sont"
        " décalés."
        " Je vous donne la nouvelle date dès que la météo se stabilise.",
        "",
    ),
)
OWN = (
    ("merci", "Merci {prenom}, bonne journée\u202f!", "Thank you {prenom}, have a good day!"),
    (
        "cles",
        "Bonjour {prenom},\n\nLes clés de {chantier} sont chez nous, au bureau. Vous pouvez les"
        " reprendre"
        " de 8\u00a0h à 12\u00a0h.",
        "",
    ),
)


def create_replies(company: Company) -> None:
    manager = next(each for each in company.staff if each.role == User.Role.MANAGER)
    odile = next(each for each in company.staff if each.name.startswith("Odile"))
    CannedReply.objects.bulk_create(
        CannedReply(owner=owner, shortcut=word, text_fr=fr, text_en=en, is_shared=is_shared)
        for owner, is_shared, replies in ((manager, True, SHARED), (odile, False, OWN))
        for word, fr, en in replies
    )
