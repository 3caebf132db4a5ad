"""Files and pictures: between texts, without names, forwarded, signed, logos."""

from tests.mails.case import Case
from tests.mails.letter import Letter, quoted
from tests.mails.mime import alternative, answer, file, mail, multi, part, picture, plain, raw, rich
from tests.mails.pictures import document, logo, photo
from tests.mails.programs import apple, gmail, outlook

APPLE = {"X-Mailer": "iPhone Mail (22F76)"}


def text_image_text(letter: Letter) -> bytes:
    body = multi(
        "mixed",
        plain("Voici la fissure :", "us-ascii", "7bit"),
        picture(photo(1), name="IMG_0412.jpeg"),
        plain("et la même vue de la cuisine.\n\nMerci de passer.\n\nEnvoyé de mon iPhone"),
    )
    return answer(letter, body, APPLE)


def text_image_text_quote(letter: Letter) -> bytes:
    quote = quoted(f"{apple.attribution(letter, 'fr')}\n\n{letter.text}")
    body = multi(
        "mixed",
        plain("Avant :"),
        picture(photo(1), name="IMG_0412.jpeg"),
        plain("Après :"),
        picture(photo(2), name="IMG_0413.jpeg"),
        plain(f"À jeudi\n\nEnvoyé de mon iPhone\n\n{quote}\n"),
    )
    return answer(letter, body, APPLE)


def html_image_html(letter: Letter) -> bytes:
    """Apple Mail: the HTML side of the alternative is a multipart/mixed of its own."""
    mixed = multi(
        "mixed",
        rich("<html><body><div>Voici la fissure :</div></body></html>"),
        picture(photo(1), name="IMG_0412.jpeg"),
        rich("<html><body><div>et la cuisine.</div></body></html>"),
    )
    body = multi("alternative", plain("Voici la fissure :\n\n\net la cuisine.\n"), mixed)
    return answer(letter, body, {"X-Mailer": "Apple Mail (2.3826.200.121)"})


def html_image_html_first_text_short(letter: Letter) -> bytes:
    """The text side ends before the picture: what follows stands in the HTML alone."""
    mixed = multi(
        "mixed",
        rich("<div>Voici la fissure :</div>"),
        picture(photo(1), name="IMG_0412.jpeg"),
        rich("<div>et la cuisine.</div>"),
    )
    return answer(letter, multi("alternative", plain("Voici la fissure :"), mixed), APPLE)


def gmail_inline(letter: Letter) -> bytes:
    html = (
        '<div dir="ltr">Voici :<div><img src="cid:ii_m3k1" alt="fissure.jpg" width="400"></div>'
        f"<div>Merci</div></div>{gmail.quote_in_html(letter, 'fr')}"
    )
    text = f"Voici :\n[image: fissure.jpg]\nMerci\n\n{gmail.quote_in_text(letter, 'fr')}"
    body = multi(
        "related", alternative(text, html),
        picture(photo(1), name="fissure.jpg", cid="ii_m3k1"),
    )  # fmt: skip
    return answer(letter, body)


def nameless(letter: Letter) -> bytes:
    html = '<p>La photo du mur :</p><img src="cid:photo1@exemple"><p>Merci</p>'
    body = multi("related", rich(html), picture(photo(1), cid="photo1@exemple", disposition=""))
    return answer(letter, body)


def nameless_alone(letter: Letter) -> bytes:
    html = '<html><body><img src="cid:photo1@exemple"></body></html>'
    body = multi("related", rich(html), picture(photo(1), cid="photo1@exemple"))
    return answer(letter, body)


def nameless_png_said_jpeg(letter: Letter) -> bytes:
    html = '<p>Le plan :</p><img src="cid:p1">'
    body = multi("related", rich(html), picture(photo(3, "PNG"), cid="p1"))
    return answer(letter, body)


def nameless_image_jpg(letter: Letter) -> bytes:
    body = multi(
        "mixed", plain("Le mur"), picture(photo(1), kind="image/jpg", disposition="inline")
    )
    return answer(letter, body)


def nameless_attachment(letter: Letter) -> bytes:
    body = multi("mixed", plain("Le devis"), file(document(), "application/pdf"))
    return answer(letter, body)


def picture_is_the_mail(letter: Letter) -> bytes:
    """A mail whose only part is a picture: some phones send photos so."""
    return answer(letter, picture(photo(1), name="IMG_0412.jpg", disposition="attachment"))


def photos_only(letter: Letter) -> bytes:
    body = multi(
        "mixed",
        plain("", "us-ascii", "7bit"),
        picture(photo(1), name="IMG_0412.jpeg"),
        plain("\n\n", "us-ascii", "7bit"),
        picture(photo(2), name="IMG_0413.jpeg"),
        plain("\n\nEnvoyé de mon iPhone"),
    )
    return answer(letter, body, APPLE)


def raw_name(letter: Letter) -> bytes:
    name = raw("Façade n°5.png", "latin-1")
    return answer(
        letter,
        multi(
            "mixed",
            plain("La façade"),
            picture(photo(3, "PNG"), name=name, kind="image/png", disposition="attachment"),
        ),
    )


def raw_name_utf8(letter: Letter) -> bytes:
    picture_part = picture(photo(1), name="Façade été.jpg", disposition="attachment")
    return answer(letter, multi("mixed", plain("La façade"), picture_part))


def encoded_word_name(letter: Letter) -> bytes:
    """Outlook writes the name as an encoded word, which RFC 2231 does not allow."""
    part_ = file(document(), "application/pdf", name="=?iso-8859-1?Q?Devis_fa=E7ade_n=B05.pdf?=")
    return answer(letter, multi("mixed", plain("Le devis"), part_))


def rfc_2231_name(letter: Letter) -> bytes:
    part_ = part(
        "application/pdf", document(), "base64",
        "Content-Disposition: attachment;\r\n filename*0*=UTF-8''Devis%20fa%C3%A7ade;\r\n"
        " filename*1*=%20n%C2%B05.pdf",
    )  # fmt: skip
    return answer(letter, multi("mixed", plain("Le devis"), part_))


def koi8_name(letter: Letter) -> bytes:
    part_ = file(document(), "application/pdf", name="=?koi8-r?B?8MzBzi5wZGY=?=")
    return answer(letter, multi("mixed", plain("Le plan"), part_))


def forwarded_part(letter: Letter) -> bytes:
    """A mail of a supplier attached to the answer, with its picture."""
    inner = mail(
        {
            "From": "Carrelages Martin <contact@martin.example>",
            "To": "camille.morel@exemple.fr",
            "Subject": "Votre commande 4711",
            "Date": "Tue, 17 Nov 2026 09:12:00 +0100",
            "MIME-Version": "1.0",
        },
        multi(
            "mixed",
            plain("Les carreaux seront livrés le 24 novembre.\n\nLe magasin"),
            picture(photo(2), name="palette.jpg", disposition="attachment"),
        ),
    )
    attached = part(
        "message/rfc822",
        inner,
        "",
        'Content-Disposition: attachment; filename="Votre commande 4711.eml"',
    )
    return answer(letter, multi("mixed", plain("Voir le mail du magasin."), attached))


def forwarded_part_alone(letter: Letter) -> bytes:
    inner = mail(
        {"From": "Mairie <urbanisme@mairie.example>", "Subject": "Permis", "MIME-Version": "1.0"},
        plain("Le permis est accordé sous le numéro PC 069 123 26 00045."),
    )
    return answer(letter, multi("mixed", part("message/rfc822", inner)), subject="Fwd: Permis")


def smime(letter: Letter) -> bytes:
    signed = alternative("Je valide le devis.", "<p>Je valide le devis.</p>")
    signature = file(
        b"0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02",
        "application/pkcs7-signature",
        name="smime.p7s",
    )
    more = '; protocol="application/pkcs7-signature"; micalg=sha-256'
    return answer(letter, multi("signed", signed, signature, more=more))


def smime_with_file(letter: Letter) -> bytes:
    signed = multi(
        "mixed", plain("Le devis signé."),
        file(document(), "application/pdf", name="devis.pdf"),
    )  # fmt: skip
    signature = file(b"0\x80\x06\x09", "application/x-pkcs7-signature", name="smime.p7s")
    return answer(
        letter,
        multi("signed", signed, signature, more='; protocol="application/x-pkcs7-signature"'),
    )


def pgp(letter: Letter) -> bytes:
    quote = gmail.quote_in_text(letter, "fr")
    signature = part(
        'application/pgp-signature; name="OpenPGP_signature.asc"',
        b"-----BEGIN PGP SIGNATURE-----\r\n\r\nwsB5BAABCAAjFiEE\r\n-----END PGP SIGNATURE-----\r\n",
        "", "Content-Description: OpenPGP digital signature",
        'Content-Disposition: attachment; filename="OpenPGP_signature.asc"',
    )  # fmt: skip
    body = plain(f"Je valide le devis.\n\n{quote}")
    return answer(
        letter,
        multi(
            "signed",
            body,
            signature,
            more='; micalg=pgp-sha512;\r\n protocol="application/pgp-signature"',
        ),
    )


def pgp_with_key(letter: Letter) -> bytes:
    """Thunderbird attaches the public key, too."""
    key = file(
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n",
        "application/pgp-keys",
        name="OpenPGP_0x1A2B3C4D.asc",
    )
    inner = multi("mixed", plain("Je valide le devis."), key)
    signature = part(
        'application/pgp-signature; name="OpenPGP_signature.asc"',
        b"-----BEGIN PGP SIGNATURE-----\r\n",
    )
    return answer(letter, multi("signed", inner, signature))


def pgp_in_text(letter: Letter) -> bytes:
    text = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nJe valide le devis.\n- -- \nCamille\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCAAdFiEE\n=AbCd\n-----END PGP SIGNATURE-----\n"
    )
    return answer(letter, plain(text))


def outlook_logo(letter: Letter) -> bytes:
    """A signature with a logo, as Outlook sends it with every mail."""
    html = (
        "<html><body><div class=WordSection1><p class=MsoNormal>Bien reçu.</p><p class=MsoNormal>"
        "&nbsp;</p><p class=MsoNormal>Camille Morel</p><p class=MsoNormal><img width=120 height=40 "
        'src="cid:image001.png@01DC5896.4C2F0B10" alt="Logo Exemple"></p></div></body></html>'
    )
    text = "Bien reçu.\n\nCamille Morel\n\n[cid:image001.png@01DC5896.4C2F0B10]\n"
    body = multi(
        "related", alternative(text, html),
        picture(logo(), name="image001.png", cid="image001.png@01DC5896.4C2F0B10", kind="image/png"),  # noqa: E501
    )  # fmt: skip
    return answer(letter, body, {"X-Mailer": "Microsoft Outlook 16.0"})


def logo_above_telephone(letter: Letter) -> bytes:
    """A signature whose logo stands above its last lines, below a photo of the site."""
    html = (
        '<p>La fissure :</p><p><img src="cid:p1"></p><p>Cordialement,</p><p><img src="cid:l1"></p>'
        "<p>Camille Morel<br>06 12 34 56 78</p>"
    )
    body = multi(
        "related", rich(html), picture(photo(4), name="IMG_0412.jpg", cid="p1"),
        picture(logo(), name="logo.png", cid="l1", kind="image/png"),
    )  # fmt: skip
    return answer(letter, body)


def quoted_pictures(letter: Letter) -> bytes:
    """Outlook carries along the pictures of the quote."""
    html = (
        '<div>Bien reçu.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">'
        f"{outlook.block_in_html(letter, outlook.WORDS['fr'])}</div>"
        '<img src="cid:x_logo">'
    )
    body = multi(
        "related", rich(html), picture(logo(), name="x_logo.png", cid="x_logo", kind="image/png")
    )
    return answer(letter, body)


def winmail(letter: Letter) -> bytes:
    """Outlook with rich text: the files are inside winmail.dat."""
    tnef = (
        b"\x78\x9f\x3e\x22\x01\x00"
        + b"\x01\x06\x90\x08\x00\x04\x00\x00\x00\x00\x00\x01\x00\x01\x00\x01\x00"
    )
    body = multi(
        "mixed", plain("Voici le devis signé."),
        file(tnef, "application/ms-tnef", name="winmail.dat"),
    )  # fmt: skip
    return answer(letter, body, {"X-MS-TNEF-Correlator": "<x@exemple.fr>"})


def subject_only(letter: Letter) -> bytes:
    return answer(
        letter, plain("", "us-ascii", "7bit"), subject="Ok pour jeudi 8 h", is_reply=False
    )


def text_file(letter: Letter) -> bytes:
    """A text that is attached stays a file."""
    attached = part(
        'text/plain; charset=utf-8; name="notes.txt"', "Étage 2 : 3 portes".encode(), "base64",
        'Content-Disposition: attachment; filename="notes.txt"',
    )  # fmt: skip
    return answer(letter, multi("mixed", plain("Mes notes sont jointes."), attached))


def vcard(letter: Letter) -> bytes:
    card = file(
        b"BEGIN:VCARD\r\nFN:Camille Morel\r\nEND:VCARD\r\n", "text/vcard", name="camille.vcf"
    )
    return answer(letter, multi("mixed", plain("Voici mes coordonnées."), card))


def footer_of_a_list(letter: Letter) -> bytes:
    """A gateway adds a second text part."""
    body = multi("mixed", alternative("Oui.", "<p>Oui.</p>"), plain("_______\nListe du syndic"))
    return answer(letter, body)


def twenty_files(letter: Letter) -> bytes:
    parts = [picture(photo(number), name=f"IMG_{number:04}.jpg") for number in range(1, 13)]
    return answer(letter, multi("mixed", plain("Les douze photos"), *parts))


JPEG = ("*.jpg",)
CASES = [
    Case("files-text-image-text", "files", "fr", text_image_text,
         "Voici la fissure :\net la même vue de la cuisine.\nMerci de passer.", ("IMG_0412.jpeg",)),
    Case("files-two-images-three-texts", "files", "fr", text_image_text_quote,
         "Avant :\nAprès :\nÀ jeudi", ("IMG_0412.jpeg", "IMG_0413.jpeg")),
    Case("files-html-image-html", "files", "fr", html_image_html,
         "Voici la fissure :\net la cuisine.", ("IMG_0412.jpeg",)),
    Case("files-html-image-html-short-text", "files", "fr", html_image_html_first_text_short,
         "Voici la fissure :\net la cuisine.", ("IMG_0412.jpeg",)),
    Case("files-gmail-inline", "files", "fr", gmail_inline, files=("fissure.jpg",),
         contains=("Voici :", "Merci")),
    Case("files-nameless", "files", "fr", nameless, "La photo du mur :\nMerci", JPEG),
    Case("files-nameless-alone", "files", "fr", nameless_alone, "", JPEG),
    Case("files-nameless-png-said-jpeg", "files", "fr", nameless_png_said_jpeg, "Le plan :",
         ("*.png",)),
    Case("files-nameless-image-jpg", "files", "fr", nameless_image_jpg, "Le mur", JPEG),
    Case("files-nameless-pdf", "files", "fr", nameless_attachment, "Le devis", ("*.pdf",)),
    Case("files-picture-is-the-mail", "files", "fr", picture_is_the_mail, "", ("IMG_0412.jpg",)),
    Case("files-photos-only", "files", "fr", photos_only, "", ("IMG_0412.jpeg", "IMG_0413.jpeg")),
    Case("files-latin-1-name", "files", "fr", raw_name, "La façade", ("Façade n°5.png",)),
    Case("files-utf-8-name", "files", "fr", raw_name_utf8, "La façade", ("Façade été.jpg",)),
    Case("files-encoded-word-name", "files", "fr", encoded_word_name, "Le devis",
         ("Devis façade n°5.pdf",)),
    Case("files-rfc-2231-name", "files", "fr", rfc_2231_name, "Le devis",
         ("Devis façade n°5.pdf",)),
    Case("files-koi8-name", "files", "fr", koi8_name, "Le plan", ("План.pdf",)),
    Case("files-forwarded-mail", "forwarded", "fr", forwarded_part,
         contains=("Voir le mail du magasin.", "Les carreaux seront livrés le 24 novembre."),
         files=("palette.jpg",)),
    Case("files-forwarded-mail-alone", "forwarded", "fr", forwarded_part_alone,
         contains=("Le permis est accordé sous le numéro PC 069 123 26 00045.",)),
    Case("files-smime", "signed", "fr", smime, "Je valide le devis."),
    Case("files-smime-with-file", "signed", "fr", smime_with_file, "Le devis signé.",
         ("devis.pdf",)),
    Case("files-pgp", "signed", "fr", pgp, "Je valide le devis."),
    Case("files-pgp-with-key", "signed", "fr", pgp_with_key, "Je valide le devis.", None),
    Case("files-pgp-in-text", "signed", "fr", pgp_in_text, contains=("Je valide le devis.",),
         absent=("BEGIN PGP", "iQIzBAEBCAAdFiEE", "Hash: SHA256")),
    Case("files-outlook-logo", "files", "fr", outlook_logo, "Bien reçu.\nCamille Morel", None),
    Case("files-logo-above-telephone", "files", "fr", logo_above_telephone,
         contains=("La fissure :",), files=("IMG_0412.jpg",)),
    Case("files-pictures-of-the-quote", "files", "fr", quoted_pictures, "Bien reçu.", None),
    Case("files-winmail", "files", "fr", winmail, contains=("Voici le devis signé.",), files=None),
    Case("files-subject-only", "files", "fr", subject_only, "Ok pour jeudi 8 h"),
    Case("files-text-file", "files", "fr", text_file, "Mes notes sont jointes.", ("notes.txt",)),
    Case("files-vcard", "files", "fr", vcard, contains=("Voici mes coordonnées.",), files=None),
    Case("files-second-text-part", "files", "fr", footer_of_a_list, contains=("Oui.",)),
    Case("files-twelve-photos", "files", "fr", twenty_files, "Les douze photos",
         tuple(f"IMG_{number:04}.jpg" for number in range(1, 13))),
]  # fmt: skip
