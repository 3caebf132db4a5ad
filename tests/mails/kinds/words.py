"""Own words that look like a signature, an attribution, a separator or a header."""

from tests.mails.case import Build, Case
from tests.mails.letter import Letter
from tests.mails.mime import answer, plain, rich
from tests.mails.programs import apple, gmail, outlook, phones, thunderbird

KEPT = {
    "separator": "Premier point : le portail.\n--\nSecond point : la terrasse.",
    "separator-long": "Pour le salon :\nparquet chêne\n\n---\n\nPour la cuisine :\ncarrelage gris",
    "separator-twice": "Lot 1\n--\nLot 2\n--\nLot 3 : à revoir ensemble, merci de m'appeler",
    "separator-underscores": "Étage 1 : ok\n________\nÉtage 2 : à reprendre",
    "separator-equals": "Avant\n==========\nAprès",
    "separator-dash-space": "Voici mes remarques.\n-- \nLa porte du garage ferme mal.\n"
    "La fenêtre du bureau aussi.\nLe radiateur du couloir fuit.\nLa VMC fait du bruit la nuit.\n"
    "Le robinet extérieur goutte.\nIl manque deux prises dans le bureau.\n"
    "La peinture du plafond s'écaille déjà.",
    "receipt": "Voici le courrier de la mairie.\nEnvoyé avec accusé de réception, n° 1A 203 456.",
    "sent-from": "Le colis est parti.\nEnvoyé depuis la poste de Lyon Part-Dieu, reçu jeudi "
    "au plus tard",
    "sent-by": "Le plan est joint.\nEnvoyé par mon architecte ce matin.",
    "sent-from-en": "The parcel left.\nSent from the warehouse on Tuesday, it should reach "
    "you on Friday.",
    "sent-with-en": "Here is the letter.\nSent with acknowledgement of receipt no. 203 456.",
    "phone-sentence": "Je n'ai pas reçu la photo.\nEnvoyé de mon iPhone, votre message était "
    "illisible",
    "outlook-sentence": "Je ne vois pas les plans.\nTélécharger Outlook pour Android n'a rien "
    "changé.",
    "attribution-like": "Le 12 à 14 h, M. Durand a écrit : « je passe jeudi ».\nEst-ce confirmé ?",
    "attribution-last-line": "Je cite la notice.\nLe 3 novembre 2026 le fabricant a écrit :\n"
    "ne pas poser au-dessous de 5 °C",
    "attribution-en": "On Monday my husband wrote: please call me.\nDid you?",
    "headers-like": "De : la cave\nÀ : le grenier\nTout est à repeindre.",
    "headers-appointment": "Objet : réception\nDate : jeudi 8 h\nLieu : chantier\nMerci de "
    "confirmer.",
    "headers-removal": "De : Lyon\nÀ : Paris\nDate : 3 décembre\nObjet : déménagement des meubles",
    "headers-hour": "Trajet :\nDe : la gare\nÀ : la maison\nDate : 3 décembre à 14h00\nObjet : lit",
    "uuencode-like": "Le robinet affiche ceci :\nbegin 644 erreur\nend",
    "headers-from-en": "From: kitchen\nTo: garage\nPlease run a new cable.",
    "letter-subject": "Objet : résiliation du contrat n° 12\n\nMadame, Monsieur,\n\nVeuillez "
    "noter.",
    "cite": "Le règlement dit :\n> pas de bruit avant 8 h\nVous commencez pourtant à 7 h.",
    "cite-first": "> Pas de bruit avant 8 h (règlement, art. 12)\n\nMerci de le respecter.",
    "cite-other": "Le plombier a écrit :\n> je passe mardi\nVous confirmez ?",
    "arithmetic": "La surface est > 40 m² et < 45 m².\n3 > 2 donc c'est bon.",
    "list-dashes": "- porte\n- fenêtre\n-- dont une cassée\n- volet",
    "one-word": "Oui",
    "number": "4512",
    "emoji": "👍",
    "cordially": "Merci\n\nCordialement,\nCamille Morel\n06 12 34 56 78",
    "original-message-word": "Je n'ai pas le message d'origine.\nPouvez-vous le renvoyer ?",
    "forwarded-word": "Message transféré à mon mari, il répondra.\nBonne soirée",
    "unsubscribe-word": "Je voudrais me désabonner de la lettre d'information de Leroy.\nMerci",
    "link": "Voici le lien : https://exemple.fr/plans?lot=2&v=3\nmot de passe : villa",
    "wrote-at-end": "Voici ce que le voisin m'a écrit :",
    "colon-end": "Il manque :\n- 2 prises\n- 1 interrupteur\nÀ :",
    "english-words": "On 3 November 2026 the tiles cracked and nobody wrote: I am disappointed.",
    "german-words": "Am 3. November 2026 schrieb mein Nachbar einen Brief: er klagt.\nWas nun?",
    "envoye-first": "Envoyé hier le chèque de 1 200 €, bien reçu ?",
    "question-in-letter": "Bonjour,\n\nSouhaitez-vous que je passe ?\n\nBonne journée",
}  # fmt: skip


def _alone(own: str) -> Build:
    return lambda letter: answer(letter, plain(own))


def _with_quote(own: str) -> Build:
    return lambda letter: gmail.web(letter, own, "fr")


def _html_only(own: str) -> Build:
    def build(letter: Letter) -> bytes:
        lines = "".join(
            f"<p>{line.replace('<', '&lt;').replace('>', '&gt;')}</p>" for line in own.split("\n")
        )
        return answer(letter, rich(f"<html><body>{lines}</body></html>"))

    return build


SIGNATURES = {
    "iphone": "Envoyé de mon iPhone",
    "ipad": "Envoyé de mon iPad",
    "galaxy": "Envoyé depuis mon appareil Galaxy",
    "samsung-old": "Envoyé depuis mon smartphone Samsung Galaxy.",
    "outlook-ios": "Télécharger Outlook pour iOS<https://aka.ms/o0ukef>",
    "outlook-android-old": "Obtenir Outlook pour Android<https://aka.ms/ghei36>",
    "outlook-sent": "Envoyé à partir de Outlook pour Android<https://aka.ms/AAb9ysg>",
    "yahoo": "Envoyé à partir de Yahoo Mail pour iPhone",
    "orange": "Envoyé à partir de l’application Mail Orange",
    "windows": "Provenance : Courrier pour Windows",
    "proton": "Envoyé avec la messagerie sécurisée Proton Mail.",
    "huawei": "Envoyé depuis mon HUAWEI P30 lite",
    "en-iphone": "Sent from my iPhone",
    "en-galaxy": "Sent from my Galaxy",
    "de-iphone": "Von meinem iPhone gesendet",
    "es-iphone": "Enviado desde mi iPhone",
    "it-iphone": "Inviato da iPhone",
    "nl-iphone": "Verstuurd vanaf mijn iPhone",
    "pt-iphone": "Enviado do meu iPhone",
    "bluemail": "Envoyé avec BlueMail pour Android",
    "dashes": "-- \nCamille Morel\n12, rue de l'Église\n06 12 34 56 78",
}
DISCLAIMER = (
    "Ce message et toutes les pièces jointes sont confidentiels et établis à l'intention exclusive "
    "de ses destinataires. Si vous recevez ce message par erreur, merci de le détruire."
)


def disclaimer(letter: Letter) -> bytes:
    own = f"La peinture peut commencer.\n\nCamille Morel\nSyndic Exemple\n\n{DISCLAIMER}"
    return outlook.windows(letter, own, "fr")


def disclaimer_below(letter: Letter) -> bytes:
    """A gateway adds its words at the very end, below the quote."""
    text = (
        "La peinture peut "
        f"commencer.\n\n{gmail.quote_in_text(letter, 'fr')}\n{'_' * 30}\n{DISCLAIMER}"
    )
    return answer(letter, plain(text))


def antivirus(letter: Letter) -> bytes:
    own = (
        "Bien reçu, merci.\n\n\n-- \nCet e-mail a été vérifié par le logiciel antivirus "
        "d'Avast.\nwww.avast.com"
    )
    return thunderbird.top(letter, own, "fr")


def two_signatures(letter: Letter) -> bytes:
    return apple.iphone_text(letter, "Oui.\n\nCamille", "fr")


CASES = [
    *[Case(f"words-{key}", "own_words", "fr", _alone(own), own) for key, own in KEPT.items()],
    *[
        Case(f"words-{key}-quoted", "own_words", "fr", _with_quote(own), own)
        for key, own in KEPT.items()
        if key not in {"emoji", "one-word", "number"}
    ],
    *[
        Case(f"words-{key}-html", "own_words", "fr", _html_only(KEPT[key]), KEPT[key])
        for key in ("separator", "receipt", "headers-like", "attribution-like", "arithmetic")
    ],
    *[
        Case(f"signature-{key}", "signature", "fr", _alone(f"Oui, jeudi.\n\n{signature}"),
             "Oui, jeudi.")
        for key, signature in SIGNATURES.items()
    ],
    # Two dashes without a space may be a separator: the name may stay.
    Case("signature-dashes-short", "signature", "fr",
         _alone("Oui, jeudi.\n\n--\nCamille Morel\n06 12 34 56 78"), contains=("Oui, jeudi.",)),
    Case("disclaimer-above", "signature", "fr", disclaimer,
         contains=("La peinture peut commencer.", "Syndic Exemple")),
    Case("disclaimer-below", "signature", "fr", disclaimer_below,
         contains=("La peinture peut commencer.",)),
    Case("antivirus-note", "signature", "fr", antivirus, contains=("Bien reçu, merci.",)),
    Case("signature-and-name", "signature", "fr", two_signatures, "Oui.\nCamille"),
    Case("samsung-long", "signature", "fr",
         lambda letter: phones.samsung(letter, KEPT["receipt"], "fr"), KEPT["receipt"]),
]  # fmt: skip
