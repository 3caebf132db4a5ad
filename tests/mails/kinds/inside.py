"""Mails of others inside an answer: forwarded by hand, or quoted by an unknown program."""

from urllib.parse import quote as percent

from tests.mails.case import Case
from tests.mails.letter import Letter, body_of, breaks, quoted, rendered, wrapped
from tests.mails.mime import alternative, answer, multi, plain, rich
from tests.mails.programs import gmail

SUPPLIER = "Carrelages Martin <contact@martin.example>"
OFFER = (
    "Bonjour Madame,\n\nVos carreaux seront livrés le 24 novembre entre 8 h et 12 h.\n\nLe magasin"
)
KEPT = ("Vos carreaux seront livrés le 24 novembre entre 8 h et 12 h.",)


def forward_gmail(letter: Letter) -> bytes:
    head = (
        "---------- Forwarded message ---------\nDe : Carrelages Martin <contact@martin.example>\n"
        "Date: mar. 17 nov. 2026 à 09:12\nSubject: Votre commande 4711\nTo: <camille@exemple.fr>\n"
    )
    html = (
        f'<div dir="ltr">Voir ci-dessous.<br><br><div class="gmail_quote"><div dir="ltr" class='
        f'"gmail_attr">{breaks(head)}</div><br><br>{breaks(OFFER)}</div></div>'
    )
    body = alternative(f"Voir ci-dessous.\n\n{head}\n\n{OFFER}\n", html)
    return answer(letter, body, subject="Fwd: Votre commande 4711", is_reply=False)


def forward_outlook(letter: Letter) -> bytes:
    head = (
        f"De : {SUPPLIER}\nEnvoyé : mardi 17 novembre 2026 09:12\nÀ : Camille Morel\n"
        "Objet : Votre commande 4711\n"
    )
    text = f"Pour information.\n\n{head}\n{OFFER}\n"
    return answer(letter, plain(text), {"X-Mailer": "Microsoft Outlook 16.0"},
                  subject="TR: Votre commande 4711", is_reply=False)  # fmt: skip


def forward_outlook_html(letter: Letter) -> bytes:
    html = (
        '<html><body><div class="elementToProof">Pour information.</div><div id="appendonsend">'
        '</div><hr><div id="divRplyFwdMsg"><b>De :</b> Carrelages Martin &lt;contact@martin.example'
        "&gt;<br><b>Envoyé :</b> mardi 17 novembre 2026 09:12<br><b>À :</b> "
        "Camille<br><b>Objet :</b>"
        f" Votre commande 4711</div><div>{breaks(OFFER)}</div></body></html>"
    )
    return answer(letter, rich(html), subject="TR: Votre commande 4711", is_reply=False)


def forward_apple(letter: Letter) -> bytes:
    head = (
        f"> De: {SUPPLIER}\n> Date: 17 novembre 2026 à 09:12:00 UTC+1\n> À: camille@exemple.fr\n"
        "> Objet: Votre commande 4711\n>"
    )
    text = f"Voici leur réponse.\n\nDébut du message réexpédié :\n\n{head}\n{quoted(OFFER)}\n"
    return answer(letter, plain(text), subject="Fwd: Votre commande 4711", is_reply=False)


def forward_thunderbird(letter: Letter) -> bytes:
    head = (
        "-------- Message transféré --------\nSujet : Votre commande 4711\n"
        f"Date : Tue, 17 Nov 2026 09:12:00 +0100\nDe : {SUPPLIER}\nPour : camille@exemple.fr\n"
    )
    text = f"Voici leur réponse.\n\n{head}\n\n{OFFER}\n"
    return answer(letter, plain(text), subject="Fwd: Votre commande 4711", is_reply=False)


def forward_in_answer(letter: Letter) -> bytes:
    """A forwarded text in an answer to our letter, whose quote follows."""
    head = (
        "---------- Forwarded message ---------\nDe : Carrelages Martin\nDate: mar. 17 nov. 2026\n"
    )
    text = (
        f"Voici ce que dit le magasin :\n\n{head}\n{OFFER}\n\n{gmail.quote_in_text(letter, 'fr')}"
    )
    return answer(letter, plain(text))


def reply_of_other(letter: Letter) -> bytes:
    """An answer to our letter that cites a mail of somebody else, with its attribution."""
    cited = f"Le 17 nov. 2026 à 09:12, {SUPPLIER} a écrit :\n\n{quoted(OFFER)}"
    return answer(letter, plain(f"Voici leur mail :\n\n{cited}\n\nQu'en pensez-vous ?\n"))


def forward_english(letter: Letter) -> bytes:
    head = (
        f"Begin forwarded message:\n\nFrom: {SUPPLIER}\nSubject: Order 4711\nDate: 17 "
        "November 2026\n"
    )
    return answer(
        letter, plain(f"See below.\n\n{head}\n{OFFER}\n"), subject="Fwd: Order", is_reply=False
    )


# --- Quotes that no table knows --------------------------------------------------------------

OWN = "Oui, jeudi 8 h. Le code du portail est 4512."


def unknown_rule(letter: Letter) -> bytes:
    text = f"{OWN}\n\n***** Réponse à votre message *****\n{letter.text}\n"
    return answer(letter, plain(text))


def unknown_html(letter: Letter) -> bytes:
    html = f"<div>{OWN}</div><div class='citation'>{body_of(letter.html)}</div>"
    return answer(letter, rich(html))


def unknown_sign(letter: Letter) -> bytes:
    return answer(letter, plain(f"{OWN}\n\n{quoted(letter.text, '| ')}\n"))


def initials(letter: Letter) -> bytes:
    """Programs that quote with the author's initials."""
    return answer(letter, plain(f"{OWN}\n\n{quoted(wrapped(letter.text, 60), 'OP> ')}\n"))


def no_quote_sign_no_reference(letter: Letter) -> bytes:
    text = f"{OWN}\n\n{rendered(letter.html, ' ({})')}\n"
    return answer(letter, plain(text), is_reply=False)


def only_links_left(letter: Letter) -> bytes:
    """The person deleted the quote but for its last lines."""
    tail = "\n".join(letter.text.split("\n")[-6:])
    return answer(letter, plain(f"{OWN}\n\n{tail}\n"))


def own_use_of_link(letter: Letter) -> bytes:
    """A person copies the reply address and the unsubscribe link into the text."""
    text = (
        f"Bonjour, l'adresse {letter.reply_to} est-elle la bonne ?\nJ'ai cliqué sur "
        f"https://liaison.example/unsubscribe/{letter.secrets[-1]} par erreur.\nMerci"
    )
    return answer(letter, plain(text))


def safe_links(letter: Letter) -> bytes:
    """Microsoft wraps the links of mails that it checks: the key stands in a parameter."""
    address = f"https://liaison.example/unsubscribe/{letter.secrets[-1]}"
    wrapped_link = (
        "https://eur01.safelinks.protection.outlook.com/?url="
        f"{percent(address, safe='')}&data=05%7C02%7C&sdata=abc&reserved=0"
    )
    text = f"{OWN}\n\n=== original ===\nNe plus recevoir d'e-mails<{wrapped_link}>\n"
    return answer(letter, plain(text))


def key_over_two_lines(letter: Letter) -> bytes:
    """A program that breaks at 60 breaks the key, too."""
    address = f"https://liaison.example/unsubscribe/{letter.secrets[-1]}"
    pieces = [address[start : start + 60] for start in range(0, len(address), 60)]
    return answer(
        letter, plain(f"{OWN}\n\n** citation **\n" + "\n".join(f"> {each}" for each in pieces))
    )


def key_in_percent(letter: Letter) -> bytes:
    address = f"reply%2B{letter.secrets[0].upper()}%40reponse.liaison.example"
    return answer(letter, plain(f"{OWN}\nVoir mailto:{address}\n"))


def key_in_html_link(letter: Letter) -> bytes:
    html = (
        f'<p>{OWN}</p><p><a href="mailto:{letter.reply_to}">Liaison</a> et <a href="https://liaison.'
        f'example/unsubscribe/{letter.secrets[-1]}">ce lien</a></p>'
    )
    return answer(letter, rich(html))


def key_in_ics(letter: Letter) -> bytes:
    """A quote of ours in a mail that is forwarded as an attachment."""
    from tests.mails.mime import mail, part

    inner = mail(
        {"From": letter.author, "To": letter.recipient, "Subject": "x", "MIME-Version": "1.0",
         "Reply-To": letter.reply_to, "List-Unsubscribe": f"<https://liaison.example/unsubscribe/{letter.secrets[-1]}>"},
        plain(letter.text),
    )  # fmt: skip
    return answer(letter, multi("mixed", plain(OWN), part("message/rfc822", inner)), is_reply=False)


# --- What programs send without a person writing ------------------------------------------------


def reaction_outlook(letter: Letter) -> bytes:
    """A reaction of Outlook as other servers receive it: a mail of its own."""
    html = (
        '<html><body><div><a href="https://outlook.office.com/mail/deeplink">👍 Camille Morel a '
        "réagi à votre message&nbsp;:</a></div>"
        f"<blockquote>{body_of(letter.html)}</blockquote></body></html>"
    )
    return answer(letter, rich(html), {"X-MS-Reactions": "allow"})


def reaction_gmail(letter: Letter) -> bytes:
    from tests.mails.mime import part

    body = multi(
        "alternative",
        plain(f"👍\n\nCamille Morel a réagi via Gmail\n\n{gmail.quote_in_text(letter, 'fr')}"),
        part(
            "text/vnd.google.email-reaction+json; charset=UTF-8",
            '{"emoji":"👍","version":1}'.encode(),
        ),
        rich(f"<p>👍</p><p>Camille Morel a réagi via Gmail</p>{gmail.quote_in_html(letter, 'fr')}"),
    )
    return answer(letter, body)


QUOTES = {
    "rule": unknown_rule, "html": unknown_html, "sign": unknown_sign, "initials": initials,
    "no-reference": no_quote_sign_no_reference, "last-lines": only_links_left,
    "safe-links": safe_links, "two-lines": key_over_two_lines,
}  # fmt: skip
CASES = [
    Case("forward-gmail", "forwarded", "fr", forward_gmail, contains=("Voir ci-dessous.", *KEPT)),
    Case("forward-outlook", "forwarded", "fr", forward_outlook,
         contains=("Pour information.", *KEPT)),
    Case("forward-outlook-html", "forwarded", "fr", forward_outlook_html,
         contains=("Pour information.", *KEPT)),
    Case("forward-apple", "forwarded", "fr", forward_apple,
         contains=("Voici leur réponse.", *KEPT)),
    Case("forward-thunderbird", "forwarded", "fr", forward_thunderbird,
         contains=("Voici leur réponse.", *KEPT)),
    Case("forward-english", "forwarded", "en", forward_english, contains=("See below.", *KEPT)),
    Case("forward-in-answer", "forwarded", "fr", forward_in_answer,
         contains=("Voici ce que dit le magasin :", *KEPT)),
    Case("forward-cited-in-answer", "forwarded", "fr", reply_of_other,
         contains=("Voici leur mail :", "Qu'en pensez-vous ?", *KEPT)),
    *[
        Case(f"unknown-{key}", "unknown_quote", "fr", build, contains=(OWN,), letter_may_stay=True)
        for key, build in QUOTES.items()
    ],
    *[
        Case(f"unknown-{key}-ours", "unknown_quote", "fr", QUOTES[key], contains=(OWN,))
        for key in ("rule", "html", "sign")
    ],
    Case("key-own-use", "unknown_quote", "fr", own_use_of_link, letter_may_stay=True,
         contains=("est-elle la bonne ?", "J'ai cliqué sur", "par erreur.", "Merci")),
    Case("key-percent", "unknown_quote", "fr", key_in_percent, contains=(OWN,)),
    Case("key-html-link", "unknown_quote", "fr", key_in_html_link, contains=(OWN, "ce lien"),
         letter_may_stay=True),
    Case("key-forwarded", "unknown_quote", "fr", key_in_ics, contains=(OWN,), letter_may_stay=True,
         files=None),
    Case("reaction-outlook", "reaction", "fr", reaction_outlook, contains=("👍",)),
    Case("reaction-gmail", "reaction", "fr", reaction_gmail, contains=("👍",)),
]  # fmt: skip
