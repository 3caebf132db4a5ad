"""Lines of devices and apps go, and signatures below "-- "; sentences like them stay."""

import pytest

from notifications.inbound_email.quotes.find import author_text

LINES = """
Skickat från min iPhone
Sendt fra min iPhone
Lähetetty iPhonesta
Wysłane z iPhone'a
Odesláno z iPhonu
Trimis de pe iPhone-ul meu
Отправлено с iPhone
iPhone'umdan gönderildi
发自我的 iPhone
iPhoneから送信
Gesendet mit der mobilen Mail App
Sent using Zoho Mail
Envoyé de mon iPhone
Envoyé de mon iPad
Envoyé depuis mon mobile
Envoyé depuis mon mobile Orange
Envoyé depuis mon mobile SFR
Envoyé depuis mon mobile Bouygues Telecom
Envoyé depuis mon téléphone Free
Envoyé depuis mon appareil Galaxy
Envoyé depuis mon smartphone Samsung Galaxy.
Envoyé de mon Galaxy S23 Ultra 5G
Envoyé depuis mon appareil mobile Samsung
Envoyé à partir de Outlook pour iOS
Envoyé à partir de Outlook pour Android<https://aka.ms/AAb9ysg>
Envoyé à partir d'Outlook pour iOS
Obtenir Outlook pour Android<https://aka.ms/AAb9ysg>
Obtenir Outlook pour iOS <https://aka.ms/o0ukef>
Télécharger Outlook pour Android
Télécharger Outlook
Envoyé à partir de Yahoo Mail pour iPhone
Envoyé avec la messagerie sécurisée Proton Mail.
Envoyé avec la messagerie électronique sécurisée Proton Mail.
Envoyé avec Proton Mail
Envoyé depuis l'application Mail Orange
Envoyé de mon appareil Android avec Courriel K-9 Mail. Veuillez excuser ma brièveté.
Envoyé de mon Huawei P30 lite
Provenance : Courrier pour Windows
Provenance : Courrier pour Windows 10
Yahoo Mail : Recherchez, organisez, maîtrisez votre boîte
Garanti sans virus. www.avast.com
Sans virus.www.avast.com
Sent from my iPhone
Sent from my Samsung Galaxy smartphone.
Sent from Outlook for iOS<https://aka.ms/o0ukef>
Sent from Yahoo Mail for iPhone
Sent from Yahoo Mail on Android
Sent from Mail for Windows
Sent with Proton Mail secure email.
Sent from my Android device with K-9 Mail. Please excuse my brevity.
Get Outlook for Android
Get BlueMail for Android
Virus-free.www.avast.com
Von meinem iPhone gesendet
Von meinem Samsung Gerät gesendet
Gesendet mit der GMX Mail App
Gesendet von Outlook für Android
Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.
Outlook für Android herunterladen
Enviado desde mi iPhone
Enviado desde mi Samsung Galaxy
Obtener Outlook para iOS
Inviato da iPhone
Inviato dal mio iPad
Scarica Outlook per Android
Enviado do meu iPhone
Obter o Outlook para iOS
Verstuurd vanaf mijn iPhone
Verzonden vanaf mijn Galaxy
Outlook voor Android downloaden
""".strip().split("\n")
SENTENCES = """
Envoyé avec accusé de réception, n° 1A 203 456.
Envoyé par courrier recommandé.
Envoyé par La Poste
Envoyé par mon architecte ce matin.
Envoyé de mon iPhone, votre message était illisible
Envoyé à la mairie et au voisin.
Envoyé le plan à Paul.
Télécharger Outlook pour Android n'a rien changé.
Obtenir un devis
Sent with acknowledgement of receipt no. 203 456.
Sent from the warehouse on Tuesday.
Get the plans from Paul.
Von meinem Mann soll ich grüßen.
Gesendet an die Stadt.
Enviado por mi marido el lunes.
Inviato dal geometra.
Download the plans
Mit freundlichen Grüßen
06 12 34 56 78
Cordialement, Camille Morel 06 12 34 56 78
Ce message et ses pièces jointes sont confidentiels.
""".strip().split("\n")


class TestDevice:
    @pytest.mark.parametrize("line", LINES)
    def test_line_of_a_device_or_app_goes(self, line: str) -> None:
        assert author_text(f"Oui, jeudi.\n\n{line}").text == "Oui, jeudi."

    @pytest.mark.parametrize("line", SENTENCES)
    def test_sentence_of_a_person_stays(self, line: str) -> None:
        text = f"Oui, jeudi.\n\n{line}"

        assert author_text(text).text == text

    def test_line_in_the_middle_of_a_letter_stays(self) -> None:
        text = "Il y a écrit :\nEnvoyé de mon iPhone\nEst-ce gênant ?"

        assert author_text(text).text == text

    def test_line_broken_in_two_goes(self) -> None:
        text = "Oui.\n\nTélécharger Outlook pour\nAndroid<https://aka.ms/AAb9ysg>"

        assert author_text(text).text == "Oui."

    def test_line_between_the_answer_and_its_quote_goes_with_its_rule(self) -> None:
        quote = "Le 3 nov. 2026 à 14:02, Odile <o@x.fr> a écrit :\n> Bonjour"

        for above in ("", "________________________________\n", "--\n", "---------------\n"):
            assert author_text(f"Oui.\n\n{above}Envoyé de mon iPad\n\n{quote}").text == "Oui."

    def test_line_below_an_answer_below_its_quote_goes(self) -> None:
        quote = "Le 3 nov. 2026 à 14:02, Odile <o@x.fr> a écrit :\n> Bonjour"

        assert author_text(f"{quote}\n\nOui.\n\nEnvoyé de mon iPhone").text == "Oui."


class TestDashes:
    @pytest.mark.parametrize("mark", ["-- ", "--", "--\u00a0"])
    def test_signature_below_dashes_goes(self, mark: str) -> None:
        text = f"Oui.\n\n{mark}\nCamille Morel\n06 12 34 56 78\nwww.exemple.fr"

        assert author_text(text).text == "Oui."

    @pytest.mark.parametrize(
        "text",
        [
            "Premier point : le portail.\n--\nSecond point : la terrasse.",
            "Pour le salon, c'est bon.\n\n--\n\nPour la cuisine, je préfère le gris.",
            "Lot 1\n--\nLot 2\n--\nLot 3",
            "Premier.\n--\nPour la terrasse il faudra revoir la pente avec le maçon.\nMerci",
            "Avant\n--\nUn long paragraphe, qui dit bien plus que le nom et le téléphone d'une "
            "personne.\n\nEt un autre.",
            "Avant\n-----\nAprès",
        ],
    )
    def test_paragraph_below_dashes_stays(self, text: str) -> None:
        assert author_text(text).text == text

    def test_disclaimer_below_dashes_goes_and_another_stays(self) -> None:
        disclaimer = (
            "Ce message et ses pièces jointes sont confidentiels et établis à l'intention "
            "exclusive de leurs destinataires."
        )

        assert author_text(f"Oui.\n\n-- \nSyndic Exemple\n{disclaimer}").text == "Oui."
        assert author_text(f"Oui.\n\nSyndic\n{disclaimer}").text == f"Oui.\n\nSyndic\n{disclaimer}"

    def test_footer_of_a_group_goes(self) -> None:
        text = (
            "Oui.\n\n-- \nVous recevez ce message, car vous êtes abonné au groupe Google Groupes "
            "« Chantier ».\nPour vous désabonner, envoyez un e-mail à "
            "chantier+unsubscribe@exemple.fr.\nhttps://groups.google.com/d/msgid/chantier/1"
        )

        assert author_text(text).text == "Oui."

    @pytest.mark.parametrize(
        "first",
        [
            'Vous recevez ce message, car vous êtes abonné au groupe Google Groupes "Chantier".',
            'You received this message because you are subscribed to the Google Groups "A" group.',
            'Sie erhalten diese Nachricht, weil Sie in Google Groups E-Mails von der Gruppe "Bau" '
            "abonniert haben.",
            'Has recibido este mensaje porque estás suscrito al grupo "Obra" de Grupos de Google.',
            'Hai ricevuto questo messaggio perché sei iscritto al gruppo "Cantiere" di Google '
            "Gruppi.",
        ],
        ids=["fr", "en", "de", "es", "it"],
    )
    def test_long_footer_of_a_group_goes(self, first: str) -> None:
        below = (
            "Pour vous désabonner de ce groupe et ne plus recevoir d'e-mails le concernant, "
            "envoyez un e-mail à chantier+unsubscribe@googlegroups.com.\n"
            "Cette discussion peut être lue sur https://groups.google.com/d/msgid/chantier/abc."
        )

        assert author_text(f"Oui.\n\n-- \n{first}\n{below}\n").text == "Oui."
