"""HTML: tables, links, cited blocks, hidden text, lists; format=flowed; long texts."""

from tests.mails.case import Build, Case
from tests.mails.letter import Letter, body_of
from tests.mails.mime import answer, multi, part, plain, rich
from tests.mails.programs import gmail, outlook


def _html(body: str) -> Build:
    return lambda letter: answer(letter, rich(f"<html><body>{body}</body></html>"))


def cite_then_quote(letter: Letter) -> bytes:
    """A cited rule in the person's own text, and the letter below it."""
    own = (
        '<div dir="ltr">Le DTU dit :<blockquote style="margin:0 0 0 40px">Joints de 4 mm au moins.'
        "</blockquote>Merci de le respecter.</div>"
    )
    return answer(letter, rich(own + gmail.quote_in_html(letter, "fr")))


def excel(letter: Letter) -> bytes:
    """Rows pasted from Excel into Outlook."""
    rows = [
        ("Pièce", "Surface", "Sol"),
        ("Séjour", "32 m²", "parquet"),
        ("Cuisine", "12 m²", "grès"),
    ]
    cells = "".join(
        "<tr style='height:15.0pt'>"
        + "".join(
            f"<td width=64 nowrap style='padding:0cm 3.5pt 0cm 3.5pt'><p class=MsoNormal>"
            f"<span style='color:black'>{cell}<o:p></o:p></span></p></td>"
            for cell in row
        )
        + "</tr>"
        for row in rows
    )
    html = (
        "<html><body><div class=WordSection1><p class=MsoNormal>Les surfaces :</p>"
        f"<table class=MsoNormalTable border=0>{cells}</table>"
        "<p class=MsoNormal>Merci</p><div style='border-top:solid #E1E1E1 1.0pt'><p "
        "class=MsoNormal>"
        f"{outlook.block_in_html(letter, outlook.WORDS['fr'])}</p></div>"
        f"{body_of(letter.html)}</div></body></html>"
    )
    return answer(letter, rich(html))


FLOWED = (
    "Bonjour, la pose décalée nous convient très bien dans le séjour et aussi \n"
    "dans la cuisine, mais nous voudrions garder une pose droite dans le \n"
    "couloir.\n\nMerci\n-- \nCamille Morel\n"
)
FLOWED_TEXT = (
    "Bonjour, la pose décalée nous convient très bien dans le séjour et aussi dans la "
    "cuisine, mais "
    "nous voudrions garder une pose droite dans le couloir.\nMerci"
)
DELSP = "Bonjour, le numéro de la comman \nde est le 4711, mer \nci.\n"
STUFFED = " From ici à jeudi, rien.\n > 40 m², c'est grand.\n  - une puce\n"


def _flowed(text: str, more: str) -> Build:
    return lambda letter: answer(letter, plain(text, encoding="8bit", more=more))


LONG = "\n".join(f"Point {number} : {'la cloison du couloir ' * 5}" for number in range(1, 98))


def long_html(letter: Letter) -> bytes:
    lines = "".join(f"<p>{line}</p>" for line in LONG.split("\n"))
    return answer(letter, rich(f"<html><body>{lines}</body></html>"))


LONG_MAILS: dict[str, Build] = {
    "text": lambda letter: answer(letter, plain(LONG)),
    "html": long_html,
    "text-quoted": lambda letter: gmail.web(letter, LONG, "fr"),
}


def text_is_a_note(letter: Letter) -> bytes:
    """A text part that only says that one should read the HTML."""
    html = "<p>La visite est à 8 h.</p>"
    return answer(letter, multi("alternative", plain("\n"), rich(html)))


def amp(letter: Letter) -> bytes:
    """An alternative with a third way to show the text (AMP), and watch HTML of Apple."""
    body = multi(
        "alternative",
        plain("Oui, jeudi."),
        part("text/x-amp-html; charset=utf-8", b"<!doctype html><html amp4email>AMP</html>"),
        rich("<p>Oui, jeudi.</p>"),
        part("text/watch-html; charset=utf-8", b"<b>Oui, jeudi.</b>"),
    )
    return answer(letter, body)


CASES = [
    Case("html-cells", "html", "fr",
         _html("<table><tr><td>Étage 2</td><td>3 portes</td></tr></table>"),
         contains=("Étage 2", "3 portes"), absent=("Étage 23 portes", "Étage 2 3 portes 3")),
    Case("html-cells-apart", "html", "fr",
         _html("<table><tr><th>Étage</th><th>Portes</th></tr><tr><td>2</td><td>3</td></tr></table>"),
         contains=("2", "3"), absent=("23", "ÉtagePortes")),
    Case("html-excel", "html", "fr", excel, contains=("Les surfaces :", "Séjour", "32 m²", "Merci"),
         absent=("Séjour32", "m²parquet")),
    Case("html-link", "html", "fr",
         _html('<p><a href="https://plans.exemple.fr/d/4711?v=2&amp;t=1">Télécharger les '
         'plans</a></p>'),
         contains=("Télécharger les plans", "https://plans.exemple.fr/d/4711?v=2&t=1")),
    Case("html-link-is-its-address", "html", "fr",
         _html('<p>Voir <a href="https://exemple.fr/plans">https://exemple.fr/plans</a> svp</p>'),
         "Voir https://exemple.fr/plans svp"),
    Case("html-link-without-scheme", "html", "fr",
         _html('<p>Voir <a href="http://www.exemple.fr/">www.exemple.fr</a> svp</p>'),
         contains=("Voir", "www.exemple.fr", "svp")),
    Case("html-mailto", "html", "fr",
         _html('<p>Écrire à <a href="mailto:paul@exemple.fr">paul@exemple.fr</a>.</p>'),
         "Écrire à paul@exemple.fr."),
    Case("html-mailto-words", "html", "fr",
         _html('<p>Écrire à <a href="mailto:paul@exemple.fr">mon mari</a>.</p>'),
         contains=("mon mari", "paul@exemple.fr")),
    Case("html-link-script", "html", "fr",
         _html('<p><a href="javascript:alert(1)">Cliquez</a> ici</p>'), "Cliquez ici"),
    Case("html-link-picture", "html", "fr",
         _html('<p>Plan : <a href="https://exemple.fr/plan"><img src="https://exemple.fr/p.png"></a></p>'),
         contains=("Plan :",)),
    Case("html-blockquote-rule", "html", "fr",
         _html("<p>Le règlement dit :</p><blockquote>Pas de bruit avant 8 "
         "h.</blockquote><p>Merci.</p>"),
         contains=("Le règlement dit :", "Pas de bruit avant 8 h.", "Merci.")),
    Case("html-blockquote-indent", "html", "fr",
         _html('<div>Points :</div><blockquote style="margin: 0 0 0 40px; border: none; '
         'padding: 0px;">'
               "<div>la porte</div><div>la fenêtre</div></blockquote>"),
         contains=("Points :", "la porte", "la fenêtre")),
    Case("html-blockquote-only", "html", "fr",
         _html("<blockquote>Oui, d'accord pour jeudi.</blockquote>"),
         contains=("Oui, d'accord pour jeudi.",)),
    Case("html-cite-and-quote", "html", "fr", cite_then_quote,
         contains=("Le DTU dit :", "Joints de 4 mm au moins.", "Merci de le respecter.")),
    Case("html-list", "html", "fr",
         _html("<p>À faire :</p><ul><li>porte</li><li>fenêtre<ul><li>vitre</li></ul></li></ul>"),
         contains=("À faire :", "porte", "fenêtre", "vitre"), absent=("portefenêtre", "fenêtrevitre")),  # noqa: E501
    Case("html-list-numbers", "html", "fr",
         _html("<ol><li>droite</li><li>décalée</li></ol>"), contains=("droite", "décalée"),
         absent=("droitedécalée",)),
    Case("html-source-lines", "html", "fr",
         _html("<p>Une phrase\nsur deux lignes\nde source.</p>\n<p>Fin</p>"),
         "Une phrase sur deux lignes de source.\nFin"),
    Case("html-pre", "html", "fr", _html("<pre>ligne 1\nligne 2</pre>"), "ligne 1\nligne 2"),
    Case("html-br", "html", "fr", _html("Oui<br>jeudi<br/>8 h<BR clear=all>merci"),
         "Oui\njeudi\n8 h\nmerci"),
    Case("html-inline-tags", "html", "fr", _html("<p>Très <b>imp</b>ortant : <i>8</i> h</p>"),
         "Très important : 8 h"),
    Case("html-script-style", "html", "fr",
         _html("<style>p{color:red}</style><script>alert(1)</script><title>x</title><p>Oui</p>"), "Oui"),  # noqa: E501
    Case("html-comment", "html", "fr",
         _html("<!--[if mso]><p>Outlook</p><![endif]--><p>Oui</p>"), "Oui"),
    Case("html-unclosed", "html", "fr", _html("<p>Oui<p>jeudi<div>8 h"), "Oui\njeudi\n8 h"),
    Case("html-less-than", "html", "fr", _html("<p>Surface &lt; 40 m² &amp; &gt; 12 m²</p>"),
         "Surface < 40 m² & > 12 m²"),
    Case("html-looks-like-a-tag", "html", "fr", _html("<p>Écrire &lt;b&gt;gras&lt;/b&gt;</p>"),
         "Écrire <b>gras</b>"),
    Case("html-image-alt", "html", "fr",
         _html('<p>Oui <img alt="👍" src="https://exemple.fr/1f44d.png"> merci</p>'),
         contains=("Oui", "merci")),
    Case("html-empty-text-part", "html", "fr", text_is_a_note, "La visite est à 8 h."),
    Case("html-amp", "html", "fr", amp, "Oui, jeudi."),
    Case("flowed", "flowed", "fr", _flowed(FLOWED, "; format=flowed"), FLOWED_TEXT),
    Case("flowed-delsp", "flowed", "fr", _flowed(DELSP, "; format=flowed; delsp=yes"),
         "Bonjour, le numéro de la commande est le 4711, merci."),
    Case("flowed-stuffed", "flowed", "fr", _flowed(STUFFED, "; format=flowed"),
         "From ici à jeudi, rien.\n> 40 m², c'est grand.\n- une puce"),
    Case("flowed-unsaid", "flowed", "fr", _flowed("Oui \njeudi\n", ""), "Oui\njeudi"),
    Case("flowed-upper-case", "flowed", "fr", _flowed(FLOWED, '; Format="Flowed"'), FLOWED_TEXT),
    *[
        Case(f"long-{key}", "long", "fr", build, files=("*.txt",),
             contains=("Point 1 :", "Point 80 :", "suite.txt"), absent=("Point 97 :",))
        for key, build in LONG_MAILS.items()
    ],
]  # fmt: skip
