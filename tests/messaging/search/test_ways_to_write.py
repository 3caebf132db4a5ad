"""One text is found by each way in which people write its words, and marked as it is written.

`corpus.txt` has the same kinds among other texts; here each stands alone, so a failure names it.
"""

from typing import Any
from uuid import uuid4

import pytest

from attachments.models import Attachment
from core.models import User
from messaging.models import MessageAttachment
from tests.cast import Call, Say

PHONE = ("0142685300", "01 42 68 53 00", "01.42.68.53.00")
FILE = ("facade", "plan_facade", "plan_facade.v2.pdf")
WAYS = {
    "Pose de l’escalier mardi": ("escalier", "l'escalier", "l’escalier"),
    "Voir l’étanchéité de la toiture": ("étanchéité", "etancheite"),
    "Le lot «plomberie» suit": ("plomberie",),
    "Le lot «\u00a0plomberie\u00a0» suit": ("plomberie",),
    "Le lot «\u202fplomberie\u202f» suit": ("plomberie",),
    "Le salon—cuisine est peint": ("salon", "cuisine"),
    "Reste parquet/plinthe": ("plinthe", "parquet/plinthe"),
    "Appelez le 01.42.68.53.00": PHONE,
    "Appelez le 01 42 68 53 00": PHONE,
    "Appelez le 0142685300": PHONE,
    "Voir plan_facade.v2.pdf": FILE,
    "Écrivez à camille.morel@demo.test": ("morel", "camille.morel@demo.test"),
    "Réf. CH-2078": ("CH-2078", "ch2078", "2078"),
    "Le gros œuvre": ("oeuvre", "œuvre", "ŒUVRE"),
    "Le gros oeuvre": ("œuvre", "oeuvre"),
    "Œuvre d’art": ("oeuvre", "œuvre"),
    "Le vitrail de Lætitia": ("laetitia", "lætitia"),
    "Le vitrail de Laetitia": ("lætitia", "laetitia"),
    "Rue Gießen": ("giessen", "gießen"),
    "Rue Giessen": ("gießen", "giessen"),
    "Les châssis de Łódź": ("lodz", "łódź"),
    "Les châssis de Lodz": ("łódź", "lodz"),
    "La ﬁnition du mur": ("finition", "ﬁnition"),
    "La finition du mur": ("ﬁnition", "finition"),
    "Le vide😕sanitaire👍🏽 sec": ("vide", "sanitaire"),
    "Du carrelage gris": ("carrelages", "carrelage"),
    "Des carrelages gris": ("carrelage", "carrelages"),
    "Les travaux reprennent": ("travail", "travaux"),
    "Le travail reprend": ("travaux", "travail"),
}


def found(caller: Any, kind: str, typed: str) -> list[dict[str, Any]]:
    answer = caller.get("/api/v1/search", {"q": typed, "kind": kind})
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


@pytest.mark.parametrize("text", WAYS, ids=ascii)
def test_text_is_found_and_marked_however_its_words_are_written(
    text: str, camille: User, say: Say, api: Call
) -> None:
    message = say(camille, text)

    for typed in WAYS[text]:
        [hit] = found(api(camille), "message", typed)
        assert hit["id"] == str(message.pk), typed
        assert hit["hits"], typed


@pytest.mark.parametrize("typed", FILE)
def test_file_is_found_by_parts_of_its_name(typed: str, camille: User, say: Say, api: Call) -> None:
    file = Attachment.objects.create(
        id=uuid4(), uploader=camille, name="plan_facade.v2.pdf", size=9, sha256=bytes(32),
        content_type="application/pdf", kind=Attachment.Kind.PDF,
    )  # fmt: skip
    message = say(camille, "Voici")
    MessageAttachment.objects.create(
        message=message, attachment=file, conversation=message.conversation, position=0
    )

    [hit] = found(api(camille), "file", typed)

    assert hit["message"] == str(message.pk)
    assert hit["hits"]


@pytest.mark.parametrize("typed", ["CH-2041", "ch2041", "2041"])
def test_conversation_is_found_by_the_reference_of_its_chantier(
    typed: str, camille: User, say: Say, api: Call
) -> None:
    message = say(camille, "Bonjour")

    [hit] = found(api(camille), "conversation", typed)

    assert hit["id"] == str(message.conversation_id)
    assert hit["hits"]
