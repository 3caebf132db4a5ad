"""The verifier in the ZIP: a good export passes, and each alteration is named.

Whoever alters also writes the sums anew, so that only the chain can tell. It runs as a person runs
it: a process of its own, without our packages.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.models import User
from messaging.models import Conversation
from tests.messaging.exporting.making import make, verified, zip_of
from tests.messaging.exporting.tampering import Forger, Rows

Forgery = Callable[[Forger], object]


def swap(rows: Rows) -> None:
    rows[0], rows[1] = rows[1], rows[0]


def swap_with_numbers(rows: Rows) -> None:
    swap(rows)
    rows[0]["seq"], rows[1]["seq"] = 1, 2


def swap_entries(forger: Forger) -> None:
    forger.rows("chaine/*/entrees-01.jsonl", swap)
    forger.chain_anew()
    forger.rows("data/*/messages-01.jsonl", swap_with_numbers)


def other_bytes(forger: Forger) -> None:
    forger.one("fichiers/*/*plan*").write_bytes(b"%PDF-1.7 another plan")


def other_bytes_with_their_hash(forger: Forger) -> None:
    forger.rows(
        "data/*/messages-01.jsonl", lambda rows: rows[4]["files"][0].update(sha256="ab" * 32)
    )


def whole_chain_anew(forger: Forger) -> None:
    """Text, page, entry and all hashes after it: what only a root can tell."""
    forger.message(2, text="La pose est prévue mardi.")
    forger.page("La pose est prévue lundi.", "La pose est prévue mardi.")
    forger.entry(2, text="La pose est prévue mardi.")
    forger.chain_anew()


def without_last(forger: Forger) -> None:
    """The last message, its entry, and what counts them."""
    forger.rows("data/*/messages-01.jsonl", lambda rows: rows.pop())
    forger.rows("chaine/*/entrees-01.jsonl", lambda rows: rows.pop())


def inserted_message(rows: Rows) -> None:
    rows.insert(3, {**rows[1], "id": "01a22a89-0000-7000-8000-000000000000"})
    for number, row in enumerate(rows, 1):
        row["seq"] = number


def forged_root(rows: Rows) -> None:
    rows[0]["tree_hash"] = "cd" * 32


FORGERIES: dict[str, tuple[Forgery, str]] = {
    "text": (
        lambda it: it.message(2, text="La pose est prévue mardi."),
        "message n° 2 (data/001-carrelage-du-sejour/messages-01.jsonl, ligne 2) : texte modifié",
    ),
    "text in the page alone": (
        lambda it: it.page("La pose est prévue lundi.", "La pose est prévue mardi."),
        "message n° 2 (page lire.html) : texte modifié",
    ),
    "earlier text": (
        lambda it: it.message(3, earlier=[{"text": "Le devis est de 900 €.", "until": ""}]),
        "message n° 3 (data/001-carrelage-du-sejour/messages-01.jsonl, ligne 3) : texte d'avant",
    ),
    "edit that never was": (
        lambda it: it.message(2, edited_at="2026-11-30T03:00:00.000000Z"),
        "ligne 2) : heure de modification modifié",
    ),
    "time": (
        lambda it: it.message(1, created_at="2026-11-29T10:00:00.000000Z"),
        "message n° 1 (data/001-carrelage-du-sejour/messages-01.jsonl, ligne 1) : heure modifié",
    ),
    "author": (
        lambda it: it.message(1, author={"id": "01", "name": "Odile Perrin", "role": "staff"}),
        "message n° 1 (data/001-carrelage-du-sejour/messages-01.jsonl, ligne 1) : auteur modifié",
    ),
    "order of lines": (
        lambda it: it.rows("data/*/messages-01.jsonl", swap),
        "message n° 2 (data/001-carrelage-du-sejour/messages-01.jsonl, ligne 1) : message manquant",
    ),
    "order with its numbers": (
        lambda it: it.rows("data/*/messages-01.jsonl", swap_with_numbers),
        "ligne 1) : ordre modifié",
    ),
    "file": (other_bytes, "fichier « plan é.pdf » modifié : ses octets"),
    "file with its hash": (other_bytes_with_their_hash, "fichier « plan é.pdf » modifié"),
    "file taken away": (
        lambda it: it.one("fichiers/*/*plan*").unlink(),
        "message n° 5 : fichier « plan é.pdf » manquant",
    ),
    "read mark": (
        lambda it: it.rows("data/*/lectures.jsonl", lambda rows: rows[0].update(up_to_seq=6)),
        "lecture de Odile Perrin jusqu'au n° 6",
    ),
    "time of a read mark": (
        lambda it: it.rows(
            "data/*/lectures.jsonl", lambda rows: rows[0].update(at="2026-11-01T08:00:00.000000Z")
        ),
        "heure de lecture modifié",
    ),
    "read mark taken away": (
        lambda it: it.rows("data/*/lectures.jsonl", lambda rows: rows.pop(0)),
        "marque de lecture manquante",
    ),
    "deletion undone": (
        lambda it: it.message(4, deleted_at=None, text="Un mot de trop"),
        "ligne 4) : suppression modifiée : la chaîne dit supprimé",
    ),
    "deletion invented": (
        lambda it: it.message(2, deleted_at="2026-11-30T03:00:00.000000Z", text=""),
        "ligne 2) : suppression modifiée : la chaîne dit présent",
    ),
    "message taken away": (
        lambda it: it.rows("data/*/messages-01.jsonl", lambda rows: rows.pop(1)),
        "message manquant : on attendait le n° 2",
    ),
    "message inserted": (
        lambda it: it.rows("data/*/messages-01.jsonl", inserted_message),
        "message n° 4 (data/001-carrelage-du-sejour/messages-01.jsonl, ligne 4) : message ajouté",
    ),
    "last message and entry": (without_last, "la chaîne finit à l'entrée 11"),
    "note inserted": (
        lambda it: it.rows(
            "data/*/notes-internes.jsonl", lambda rows: rows.append({**rows[0], "id": "9"})
        ),
        "note ajoutée",
    ),
    "entry of the chain": (
        lambda it: it.entry(2, text="La pose est prévue mardi."),
        "entrée 2 de la chaîne",
    ),
    "entry taken away": (
        lambda it: it.rows("chaine/*/entrees-01.jsonl", lambda rows: rows.pop(3)),
        "entrée 5 de la chaîne (chaine/001-carrelage-du-sejour/entrees-01.jsonl, ligne 4) : "
        "entrée manquante : on attendait la 4",
    ),
    "entry inserted": (
        lambda it: it.rows("chaine/*/entrees-01.jsonl", lambda rows: rows.insert(3, rows[1])),
        "entrée 2 de la chaîne (chaine/001-carrelage-du-sejour/entrees-01.jsonl, ligne 4) : "
        "entrée ajoutée ou déplacée",
    ),
    "order of the whole chain": (swap_entries, "n'est plus celle de la racine"),
    "root": (
        lambda it: it.rows("chaine/racines.jsonl", forged_root),
        "Racine du 2026-11-30 (chaine/racines.jsonl, ligne 1) : racine modifiée",
    ),
    "path to the root": (
        lambda it: it.rows("chaine/preuves-01.jsonl", lambda rows: rows[0].update(length=10)),
        "n'est pas dans la racine du 2026-11-30",
    ),
    "whole chain made anew": (whole_chain_anew, "n'est plus celle de la racine du 2026-11-30"),
}


def test_good_export_passes(folder: Path) -> None:
    code, said = verified(folder)

    assert code == 0, said
    assert "Tout concorde" in said
    assert "« Carrelage du séjour » : 7 messages, 12 entrées dans la chaîne" in said
    assert "les 1 dernières entrées ne sont pas encore dans une racine" in said
    assert "Aucune racine n'est horodatée" in said


def test_zip_is_verified_as_it_was_downloaded(
    dispute: Conversation, camille: User, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "de Camille.zip"
    path.write_bytes(zip_of(make(camille, "conversation", dispute.pk)))

    code, said = verified(path, script=folder / "verifier.py")

    assert code == 0, said
    assert "entrées dont cet export ne donne pas le contenu" in said


@pytest.mark.parametrize("kind", FORGERIES)
def test_alteration_is_named(folder: Path, kind: str) -> None:
    forge, named = FORGERIES[kind]
    forger = Forger(folder)
    forge(forger)
    forger.sums()

    code, said = verified(folder)

    assert code == 1, said
    assert named in said.partition("L'EXPORT A ÉTÉ MODIFIÉ")[2], said


def test_alteration_by_one_who_forgets_the_sums_is_named(folder: Path) -> None:
    other_bytes(Forger(folder))
    (folder / "fichiers" / "ajout.txt").write_text("?")

    code, said = verified(folder)

    assert code == 1
    assert "Fichier modifié : fichiers/001-carrelage-du-sejour/00005-1-plan é.pdf" in said
    assert "Fichier ajouté : fichiers/ajout.txt" in said


@pytest.mark.parametrize("content", ["", "{", "[]", json.dumps({"id": 1})])
def test_what_cannot_be_read_is_a_fault(folder: Path, content: str) -> None:
    forger = Forger(folder)
    forger.one("data/*/messages-01.jsonl").write_text(content)
    forger.sums()

    code, said = verified(folder)

    assert code == 1, said
    assert "Traceback" not in said


def test_what_is_no_export_is_said(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    other.write_bytes(b"no zip")

    code, said = verified(other, script=folder / "verifier.py")

    assert code == 2
    assert "n'est pas un export" in said
