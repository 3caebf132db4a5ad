#!/usr/bin/env python3
"""Vérifie un export de Liaison, sans réseau et sans rien installer (Python 3.8 ou plus récent).

    python verifier.py [dossier ou fichier .zip]

Nomme la première ligne modifiée, manquante ou ajoutée, et dit ce qui ne peut pas être vérifié.
Code de sortie : 0 si tout concorde, 1 sinon, 2 si ce n'est pas un export.
"""

from __future__ import annotations

import hashlib
import html.parser
import json
import os
import sys
import zipfile
from datetime import datetime, timezone
from typing import Any, Callable, Iterator, Union

CHUNK = 1024 * 1024
NOTHING = bytes(32)
OF_ENTRY, OF_ROOT = b"liaison chain 1\n", b"liaison root 1\n"


class Fault(Exception):
    """Ce qui ne concorde pas, et où."""


class Folder:
    """Un export décompressé."""

    def __init__(self, path: str) -> None:
        self.path = path

    def names(self) -> list[str]:
        found = []
        for folder, folders, files in os.walk(self.path):
            folders.sort()
            for name in files:
                whole = os.path.join(folder, name)
                found.append(os.path.relpath(whole, self.path).replace(os.sep, "/"))
        return found

    def open(self, name: str) -> Any:
        return open(os.path.join(self.path, *name.split("/")), "rb")


class Zip:
    """Un export tel qu'il a été téléchargé."""

    def __init__(self, path: str) -> None:
        self.zip = zipfile.ZipFile(path)

    def names(self) -> list[str]:
        return [name for name in self.zip.namelist() if not name.endswith("/")]

    def open(self, name: str) -> Any:
        return self.zip.open(name)


Source = Union[Folder, Zip]


class Report:
    def __init__(self) -> None:
        self.faults: list[str] = []
        self.doubts: list[str] = []
        self.facts: list[str] = []

    def doubt(self, text: str) -> None:
        if text not in self.doubts:
            self.doubts.append(text)


def digest_of(source: Source, name: str) -> str:
    summed = hashlib.sha256()
    with source.open(name) as file:
        for piece in iter(lambda: file.read(CHUNK), b""):
            summed.update(piece)
    return summed.hexdigest()


def lines_of(source: Source, name: str) -> Iterator[tuple[int, Any]]:
    """Donne les objets d'un fichier JSON par lignes, avec leur numéro."""
    with source.open(name) as file:
        for number, line in enumerate(file, 1):
            try:
                yield number, json.loads(line.decode("utf-8"))
            except ValueError:
                raise Fault("%s, ligne %d : illisible" % (name, number)) from None


def canonical(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


# --- Les sommes -----------------------------------------------------------------------------------


def check_sums(source: Source, report: Report) -> None:
    names = set(source.names())
    with source.open("SHA256SUMS") as file:
        content = file.read()
    report.facts.append("Empreinte de l'export : " + hashlib.sha256(content).hexdigest())
    listed = {}
    for line in content.decode("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    for name, digest in listed.items():
        if name not in names:
            report.faults.append(
                "Fichier manquant : %s est dans SHA256SUMS, pas dans l'export" % name
            )
        elif digest_of(source, name) != digest:
            report.faults.append("Fichier modifié : %s n'a pas la somme de SHA256SUMS" % name)
    for name in sorted(names - set(listed) - {"SHA256SUMS"}):
        if not name.endswith((".pyc", ".DS_Store", "Thumbs.db", "desktop.ini")):
            report.faults.append("Fichier ajouté : %s n'est pas dans SHA256SUMS" % name)


# --- La chaîne d'une conversation -----------------------------------------------------------------


class Thread:
    """Une conversation : son nom, ses dossiers, et ce que la chaîne dit de ses messages."""

    def __init__(self, source: Source, folder: str) -> None:
        self.source, self.folder = source, folder
        [(_, about)] = lines_of(source, "data/%s/conversation.json" % folder)
        self.about, self.id = about, about["id"]
        self.title = "« %s »" % about["subject"]
        self.messages: dict[str, dict[str, Any]] = {}
        self.reads: dict[tuple[str, int], list[str]] = {}
        self.notes: dict[str, dict[str, Any]] = {}
        self.merged: dict[str, str] = {}
        self.settled: dict[str, dict[str, Any]] = {}
        self.start: dict[str, Any] = {}
        self.heads = {0: NOTHING}
        self.old_up_to, self.hidden, self.purged = about["chain_starts_after"], 0, 0

    def files(self, folder: str, prefix: str) -> list[str]:
        start = "%s/%s/%s" % (folder, self.folder, prefix)
        return sorted(name for name in self.source.names() if name.startswith(start))

    def person(self, key: str) -> str:
        """Rend celui avec qui une personne a été fusionnée, sinon elle-même."""
        seen: set[str] = set()
        while key in self.merged and key not in seen:
            seen.add(key)
            key = self.merged[key]
        return key

    def readings(self) -> dict[tuple[str, int], list[str]]:
        """Rend les heures de chaque lecture : deux personnes fusionnées peuvent en avoir deux."""
        found: dict[tuple[str, int], list[str]] = {}
        for (user, seq), times in self.reads.items():
            found.setdefault((self.person(user), seq), []).extend(times)
        return found


def check_chain(thread: Thread, report: Report) -> None:
    """Recalcule chaque empreinte. Après la première faute, la suite ne prouve plus rien."""
    key = bytes.fromhex(thread.id.replace("-", ""))
    position, previous = 0, NOTHING
    for name in thread.files("chaine", "entrees-"):
        for number, entry in lines_of(thread.source, name):
            where = "%s, entrée %s de la chaîne (%s, ligne %d)" % (
                thread.title, entry["position"], name, number,
            )  # fmt: skip
            if entry["position"] != position + 1:
                kind = "manquante" if entry["position"] > position + 1 else "ajoutée ou déplacée"
                raise Fault("%s : entrée %s : on attendait la %d" % (where, kind, position + 1))
            position += 1
            content = check_content(entry, where)
            hashed = bytes.fromhex(entry["content_hash"])
            place = key + position.to_bytes(8, "big")
            found = hashlib.sha256(OF_ENTRY + place + previous + hashed).digest()
            if found.hex() != entry["hash"]:
                raise Fault(
                    "%s : l'empreinte ne suit pas celle d'avant : une entrée a été modifiée, "
                    "retirée ou ajoutée ici" % where
                )
            previous = found
            thread.heads[position] = found
            if entry["is_purged"]:
                thread.purged += 1
            elif content is None:
                thread.hidden += 1
            else:
                apply(thread, content)
    about = thread.about
    if position != about["chain_length"] or previous.hex() != about["chain_head"]:
        raise Fault(
            "%s : la chaîne finit à l'entrée %d, l'export en annonce %d : des entrées manquent à "
            "la fin ou ont été ajoutées" % (thread.title, position, about["chain_length"])
        )


def check_content(entry: dict[str, Any], where: str) -> Any:
    """Rend le contenu d'une entrée, s'il est donné et s'il a bien cette empreinte."""
    if entry["content"] is None or entry["salt"] is None:
        return None
    salted = bytes.fromhex(entry["salt"]) + entry["content"].encode("utf-8")
    if hashlib.sha256(salted).hexdigest() != entry["content_hash"]:
        content = json.loads(entry["content"])
        raise Fault(
            "%s : contenu modifié (%s)" % (where, ", ".join(described(content)) or entry["kind"])
        )
    return json.loads(entry["content"])


def described(content: dict[str, Any]) -> Iterator[str]:
    """Dit de quoi parle un contenu, pour un message d'erreur."""
    names = {
        "message": "message", "edit": "modification", "delete": "suppression",
        "read": "marque de lecture", "note": "note interne", "delivery": "remise",
        "file": "fichier", "move": "déplacement", "purge": "purge", "start": "début",
    }  # fmt: skip
    yield names.get(content["kind"], content["kind"])
    if content.get("seq"):
        yield "n° %s" % content["seq"]
    if content.get("author_name"):
        yield "de %s" % content["author_name"]
    if content.get("at"):
        yield "du %s" % content["at"]


def apply(thread: Thread, content: dict[str, Any]) -> None:
    """Rejoue une entrée : ce qu'un message est d'après la chaîne."""
    kind = content["kind"]
    if kind == "message" or (kind == "move" and "seq" in content):
        known = dict(content, is_deleted=False, is_moved=False, texts=[content["text"]])
        thread.messages[content["id"]] = known
    elif kind == "edit":
        known = thread.messages.setdefault(content["id"], {"is_deleted": False, "is_moved": False})
        known.update(text=content["text"], edited_at=content["at"])
        known.setdefault("texts", [content["previous"]]).append(content["text"])
    elif kind == "delete":
        known = thread.messages.setdefault(content["id"], {"is_moved": False})
        known.update(is_deleted=True, deleted_at=content["at"])
    elif kind == "move":
        known = thread.messages.setdefault(content["id"], {"is_deleted": False})
        known["is_moved"] = True
    elif kind == "read":
        key = (content["user"], content["up_to_seq"])
        thread.reads.setdefault(key, []).append(content["at"])
    elif kind == "note":
        thread.notes[content["id"]] = content
    elif kind == "merge":
        thread.merged[content["gone"]] = content["kept"]
    elif kind == "file":
        thread.settled[content["id"]] = content
    elif kind == "start":
        # Le début contient ce que les entrées d'avant disaient des anciens messages.
        thread.messages = {key: each for key, each in thread.messages.items() if "seq" in each}
        thread.old_up_to = content["up_to_seq"]
        thread.start = content


# --- Les données, comparées avec la chaîne --------------------------------------------------------


def check_beginning(thread: Thread, report: Report) -> None:
    """Compare les messages d'avant la chaîne avec leur empreinte commune."""
    if not thread.old_up_to:
        return
    name = "chaine/%s/debut.jsonl" % thread.folder
    if name not in thread.source.names():
        report.doubt(
            "%s : les messages 1 à %d sont plus anciens que la chaîne ; cet export ne permet pas "
            "de les vérifier" % (thread.title, thread.old_up_to)
        )
        return
    summed = hashlib.sha256()
    for _, line in lines_of(thread.source, name):
        summed.update(canonical(line) + b"\n")
        if "seq" not in line:
            continue
        changed = thread.messages.get(line["id"], {})
        later = changed.pop("texts", [])[1:]
        if line["deleted_at"]:
            # Le dernier texte d'un message supprimé est vide.
            line["texts"].pop()
        line["texts"] += later
        known = dict(line, text=(line["texts"] or [""])[-1], is_deleted=bool(line["deleted_at"]),
                     is_moved=False)  # fmt: skip
        known.update(changed)
        thread.messages[line["id"]] = known
    if summed.hexdigest() != thread.start["digest"]:
        raise Fault(
            "%s : un message d'avant la chaîne (1 à %d) a été modifié, retiré ou ajouté (%s)"
            % (thread.title, thread.old_up_to, name)
        )
    report.doubt(
        "%s : les messages 1 à %d sont plus anciens que la chaîne ; elle prouve leur état du jour "
        "où elle a commencé" % (thread.title, thread.old_up_to)
    )


def check_messages(thread: Thread, report: Report) -> None:
    expected, only = 1, thread.about["only_author"]
    seen = set()
    for name in thread.files("data", "messages-"):
        for number, message in lines_of(thread.source, name):
            where = "%s, message n° %s (%s, ligne %d)" % (
                thread.title, message["seq"], name, number,
            )  # fmt: skip
            if not only and message["seq"] != expected:
                kind = "manquant" if message["seq"] > expected else "ajouté ou déplacé"
                raise Fault("%s : message %s : on attendait le n° %d" % (where, kind, expected))
            expected = message["seq"] + 1
            if message["id"] in seen:
                raise Fault("%s : message ajouté une seconde fois" % where)
            seen.add(message["id"])
            check_message(thread, message, where, report)
    if not only and expected - 1 != thread.about["last_seq"]:
        raise Fault(
            "%s : messages manquants à la fin : %d au lieu de %d"
            % (thread.title, expected - 1, thread.about["last_seq"])
        )
    for key, known in thread.messages.items():
        if (
            key not in seen
            and "seq" in known
            and (not only or thread.person(known["author"]) == only)
        ):
            raise Fault(
                "%s : message n° %s manquant : il est dans la chaîne, pas dans data/"
                % (thread.title, known["seq"])
            )


def check_message(thread: Thread, message: dict[str, Any], where: str, report: Report) -> None:
    known = thread.messages.get(message["id"])
    if known is None or "seq" not in known:
        check_unknown(thread, message, known, where, report)
        if known is None:
            return
    deleted = bool(message["deleted_at"]) and not message.get("moved_to")
    if message.get("moved_to") and message["seq"] <= thread.old_up_to:
        # Déplacé avant que la chaîne ne commence : elle n'en sait que l'heure.
        known["is_moved"] = True
    if known.get("is_deleted", False) != deleted and not known.get("is_moved"):
        done = "supprimé" if known.get("is_deleted") else "présent"
        raise Fault("%s : suppression modifiée : la chaîne dit %s" % (where, done))
    if deleted:
        compare(known.get("deleted_at"), message["deleted_at"], where, "heure de suppression")
    if "seq" not in known:
        return
    compare(known["seq"], message["seq"], where, "ordre")
    compare(thread.person(known["author"]), message["author"]["id"], where, "auteur")
    compare(known["created_at"], message["created_at"], where, "heure")
    compare(known["reply_to"], message["reply_to"], where, "message cité")
    if known.get("is_moved"):
        return
    if not known.get("edits"):
        check_earlier(thread, message, known, deleted, where)
    if deleted:
        return
    compare(known["text"], message["text"], where, "texte")
    name = known.get("author_name")
    if name and name != message["author"]["name"]:
        report.doubt(
            "%s : l'auteur s'appelait « %s » quand il a écrit, « %s » dans l'export"
            % (where, name, message["author"]["name"])
        )
    check_files(thread, known["files"], message["files"], where)


def check_earlier(
    thread: Thread, message: dict[str, Any], known: Any, deleted: bool, where: str
) -> None:
    """Compare les textes d'avant une modification ou une suppression, et son heure."""
    if message["seq"] > thread.old_up_to:
        compare(known.get("edited_at"), message["edited_at"], where, "heure de modification")
    if "earlier" in message:
        texts = [each["text"] for each in message["earlier"]]
        compare(known["texts"] if deleted else known["texts"][:-1], texts, where, "texte d'avant")


def check_unknown(
    thread: Thread, message: dict[str, Any], known: Any, where: str, report: Report
) -> None:
    """Un message dont la chaîne ne donne pas le contenu : c'est dit, ou c'est une faute."""
    if message["seq"] <= thread.old_up_to:
        return
    is_changed = message["edited_at"] or message["deleted_at"] or known is not None
    if thread.hidden and is_changed:
        report.doubt("%s : modifié ou supprimé ; sa première version n'est pas donnée" % where)
    elif thread.purged:
        report.doubt("%s : sa place dans la chaîne a été purgée" % where)
    else:
        raise Fault("%s : message ajouté : la chaîne ne le connaît pas" % where)


def check_files(
    thread: Thread, known: list[dict[str, Any]], files: list[dict[str, Any]], where: str
) -> None:
    told = [(each["id"], each["name"], each["size"], each["sha256"]) for each in known]
    here = [(each["id"], each["name"], each["size"], each["sha256"]) for each in files]
    for expected, found in zip(told, here):
        settled = thread.settled.get(expected[0])
        if settled:
            expected = (expected[0], expected[1], settled["size"], settled["sha256"])
        if expected != found:
            raise Fault("%s : fichier « %s » modifié" % (where, expected[1]))
    if len(told) != len(here):
        raise Fault(
            "%s : %d fichiers au lieu de %d d'après la chaîne" % (where, len(here), len(told))
        )


def compare(expected: Any, found: Any, where: str, what: str) -> None:
    if expected != found:
        raise Fault(
            "%s : %s modifié : la chaîne dit %s, l'export %s"
            % (where, what, shown(expected), shown(found))
        )


def shown(value: Any) -> str:
    text = "rien" if value is None else str(value)
    return "« %s »" % (text if len(text) < 80 else text[:77] + "…")


def check_bytes(thread: Thread, report: Report) -> None:
    """Compare les octets de chaque fichier avec l'empreinte que la chaîne a de lui."""
    names = set(thread.source.names())
    for source in thread.files("data", "messages-") + thread.files("data", "notes-internes"):
        for _, owner in lines_of(thread.source, source):
            for file in owner["files"]:
                check_file(thread, owner, file, names, report)


def check_file(
    thread: Thread, owner: dict[str, Any], file: dict[str, Any], names: set[str], report: Report
) -> None:
    where = "%s, message n° %s" % (thread.title, owner.get("seq", "(note interne)"))
    if file["path"] is None:
        if file["status"] == "ready":
            report.doubt("Les fichiers joints ne sont pas dans cet export")
        return
    if file["path"] not in names:
        raise Fault("%s : fichier « %s » manquant (%s)" % (where, file["name"], file["path"]))
    if not file["is_as_sent"]:
        report.doubt(
            "%s : « %s » est la copie sans le lieu de la photo ; l'original n'est pas dans "
            "l'export" % (where, file["name"])
        )
    elif digest_of(thread.source, file["path"]) != file["sha256"]:
        raise Fault(
            "%s : fichier « %s » modifié : ses octets ne sont plus ceux qui ont été envoyés (%s)"
            % (where, file["name"], file["path"])
        )


def check_reads(thread: Thread, report: Report) -> None:
    name, found = "data/%s/lectures.jsonl" % thread.folder, set()
    only, known = thread.about["only_author"], thread.readings()
    for number, read in lines_of(thread.source, name):
        where = "%s, lecture de %s jusqu'au n° %s (%s, ligne %d)" % (
            thread.title, read["user"]["name"], read["up_to_seq"], name, number,
        )  # fmt: skip
        key = (thread.person(read["user"]["id"]), read["up_to_seq"])
        found.add(key)
        if key in known:
            if read["at"] not in known[key]:
                compare(known[key][0], read["at"], where, "heure de lecture")
        elif is_older(thread, read):
            report.doubt("%s : des lectures sont plus anciennes que la chaîne" % thread.title)
        else:
            raise Fault("%s : marque de lecture ajoutée ou modifiée" % where)
    for user, seq in known:
        if (user, seq) not in found and (not only or user == thread.person(only)):
            raise Fault(
                "%s : marque de lecture manquante : %s jusqu'au n° %s" % (thread.title, user, seq)
            )


def is_older(thread: Thread, read: dict[str, Any]) -> bool:
    """Dit si une lecture peut dater d'avant la chaîne."""
    before = not thread.start or bool(read["at"] <= thread.start["at"])
    return not read["is_chained"] and thread.old_up_to > 0 and before


def check_notes(thread: Thread, report: Report) -> None:
    """Compare l'existence des notes internes : leur texte n'est pas dans la chaîne."""
    for name in thread.files("data", "notes-internes"):
        for number, note in lines_of(thread.source, name):
            where = "%s, note interne (%s, ligne %d)" % (thread.title, name, number)
            known = thread.notes.get(note["id"])
            if known is None:
                if not thread.old_up_to:
                    raise Fault("%s : note ajoutée : la chaîne ne la connaît pas" % where)
                continue
            compare(thread.person(known["author"]), note["author"]["id"], where, "auteur")
            compare(known["created_at"], note["created_at"], where, "heure")
        report.doubt("%s : la chaîne prouve que les notes internes existent, pas leur texte"
                     % thread.title)  # fmt: skip


# --- Les pages à lire -----------------------------------------------------------------------------


class Page(html.parser.HTMLParser):
    """Relève l'auteur, l'heure et le texte de chaque message d'une page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.messages: dict[str, dict[str, Any]] = {}
        self.current: dict[str, Any] | None = None
        self.field = ""

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        values = dict(attributes)
        if tag == "li" and (values.get("id") or "").startswith("m-"):
            self.current = self.messages[values["id"][2:]] = {"author": "", "text": None, "at": ""}
        elif tag == "li" and (values.get("id") or values.get("class") in ("day", "event")):
            self.current = None
        elif self.current is not None and tag == "b":
            self.field = "author"
        elif self.current is not None and tag == "time":
            self.current["at"] = values.get("datetime", "")
        elif self.current is not None and tag == "div" and values.get("class") == "body":
            self.field, self.current["text"] = "text", ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("b", "div"):
            self.field = ""

    def handle_data(self, data: str) -> None:
        if self.current is not None and self.field:
            self.current[self.field] += data


def check_pages(thread: Thread, pages: list[str], report: Report) -> None:
    shown_messages = {}
    for name in pages:
        page = Page()
        with thread.source.open(name) as file:
            page.feed(file.read().decode("utf-8"))
        for key, value in page.messages.items():
            shown_messages[key] = (name, value)
    for source in thread.files("data", "messages-"):
        for _, message in lines_of(thread.source, source):
            if message["id"] not in shown_messages:
                raise Fault(
                    "%s : le message n° %s manque dans les pages à lire"
                    % (thread.title, message["seq"])
                )
            name, value = shown_messages.pop(message["id"])
            check_shown(thread, message, name, value)
    if shown_messages:
        name, value = next(iter(shown_messages.values()))
        raise Fault("%s : message ajouté dans la page %s (de %s)" % (
            thread.title, name, value["author"]))  # fmt: skip


def check_shown(thread: Thread, message: dict[str, Any], name: str, value: dict[str, Any]) -> None:
    where = "%s, message n° %s (page %s)" % (thread.title, message["seq"], name)
    compare(message["author"]["name"], value["author"], where, "auteur")
    compare(message["text"], value["text"] or "", where, "texte")
    at = datetime.fromisoformat(value["at"]).astimezone(timezone.utc)
    compare(message["created_at"], at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), where, "heure")


# --- Les racines ----------------------------------------------------------------------------------


def check_roots(source: Source, threads: list[Thread], report: Report) -> None:
    names, roots, previous = set(source.names()), {}, None
    for number, root in lines_of(source, "chaine/racines.jsonl"):
        where = "Racine du %s (chaine/racines.jsonl, ligne %d)" % (root["day"], number)
        if previous is not None and root["previous_hash"] != previous["hash"]:
            raise Fault("%s : ne suit pas la racine d'avant : une racine manque" % where)
        hashed = OF_ROOT + root["day"].encode("ascii") + bytes.fromhex(root["tree_hash"])
        hashed += root["leaves"].to_bytes(8, "big") + bytes.fromhex(root["previous_hash"])
        if hashlib.sha256(hashed).hexdigest() != root["hash"]:
            raise Fault("%s : racine modifiée" % where)
        roots[root["day"]] = previous = root
    proved = {thread.id: 0 for thread in threads}
    for name in sorted(name for name in names if name.startswith("chaine/preuves-")):
        for number, path in lines_of(source, name):
            check_path(path, roots, {each.id: each for each in threads}, proved,
                       "%s, ligne %d" % (name, number))  # fmt: skip
    for thread in threads:
        left = thread.about["chain_length"] - proved[thread.id]
        if left > 0:
            report.doubt(
                "%s : les %d dernières entrées ne sont pas encore dans une racine quotidienne"
                % (thread.title, left)
            )
    tell_roots(source, roots, names, report)


def check_path(
    path: dict[str, Any],
    roots: dict[str, Any],
    threads: dict[str, Thread],
    proved: dict[str, int],
    where: str,
) -> None:
    thread, root = threads.get(path["conversation"]), roots.get(path["day"])
    if thread is None or root is None:
        raise Fault("%s : preuve sans conversation ou sans racine" % where)
    node = hashlib.sha256(
        b"\x00" + bytes.fromhex(thread.id.replace("-", ""))
        + path["length"].to_bytes(8, "big") + bytes.fromhex(path["head"])
    ).digest()  # fmt: skip
    for side, beside in path["path"]:
        other = bytes.fromhex(beside)
        pair = other + node if side == "left" else node + other
        node = hashlib.sha256(b"\x01" + pair).digest()
    head = thread.heads.get(path["length"])
    if node.hex() != root["tree_hash"]:
        raise Fault("%s : %s n'est pas dans la racine du %s" % (where, thread.title, path["day"]))
    if head is None or head.hex() != path["head"]:
        raise Fault(
            "%s : %s : la chaîne n'est plus celle de la racine du %s : des entrées jusqu'à la %d "
            "ont été refaites" % (where, thread.title, path["day"], path["length"])
        )
    proved[thread.id] = max(proved[thread.id], path["length"])


def tell_roots(source: Source, roots: dict[str, Any], names: set[str], report: Report) -> None:
    if not roots:
        report.doubt("Aucune racine quotidienne : l'export est plus jeune que la première")
        return
    last = roots[max(roots)]
    report.facts.append("Dernière racine : %s  %s" % (last["day"], last["hash"]))
    stamped = [root for root in roots.values() if root["stamp"]]
    for root in stamped:
        if root["stamp"] not in names:
            raise Fault("Horodatage manquant : %s" % root["stamp"])
        with source.open(root["stamp"]) as file:
            if bytes.fromhex(root["hash"]) not in file.read():
                raise Fault("%s : cet horodatage n'est pas celui de sa racine" % root["stamp"])
    if stamped:
        report.facts.append("Racines horodatées par une autorité : %d sur %d"
                            % (len(stamped), len(roots)))  # fmt: skip
        report.doubt(
            "La signature des horodatages : « openssl ts -verify » la vérifie, avec le certificat "
            "de l'autorité"
        )
    else:
        report.doubt(
            "Aucune racine n'est horodatée : comparez-les avec une copie gardée ailleurs. Qui "
            "refait toute la chaîne et toutes les racines peut mentir de façon cohérente"
        )


# --- Tout -----------------------------------------------------------------------------------------


def verify(source: Source) -> Report:
    report = Report()
    names = source.names()
    check_sums(source, report)
    folders = sorted({name.split("/")[1] for name in names if name.endswith("/conversation.json")})
    threads = []
    for folder in folders:
        thread = Thread(source, folder)
        threads.append(thread)
        pages = sorted(
            name for name in names
            if name.startswith("conversations/%s/" % folder) and name.endswith(".html")
        ) or ["lire.html"]  # fmt: skip
        check_thread(thread, pages, report)
        report.facts.append(
            "%s : %d messages, %d entrées dans la chaîne"
            % (thread.title, thread.about["last_seq"], thread.about["chain_length"])
        )
        if thread.purged:
            report.doubt("%s : %d entrées purgées : leur contenu n'existe plus"
                         % (thread.title, thread.purged))  # fmt: skip
        if thread.hidden:
            report.doubt("%s : %d entrées dont cet export ne donne pas le contenu"
                         % (thread.title, thread.hidden))  # fmt: skip
    guarded(report, check_roots, source, threads, report)
    report.doubt(
        "L'historique (ouvert, clos, confié…) n'est pas dans la chaîne : data/…/historique.jsonl "
        "n'est couvert que par SHA256SUMS"
    )
    report.doubt("Les PDF ne sont couverts que par SHA256SUMS : c'est data/ qui fait foi")
    return report


def check_thread(thread: Thread, pages: list[str], report: Report) -> None:
    if not guarded(report, check_chain, thread, report):
        return
    for check in (check_beginning, check_messages, check_reads, check_notes, check_bytes):
        guarded(report, check, thread, report)
    guarded(report, check_pages, thread, pages, report)


def guarded(report: Report, check: Callable[..., None], *arguments: Any) -> bool:
    """Fait une vérification ; note sa première faute, et ce qui est trop abîmé pour être lu."""
    try:
        check(*arguments)
    except Fault as fault:
        report.faults.append(str(fault))
    except (KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile) as error:
        report.faults.append(
            "%s : données illisibles (%r)" % (check.__doc__ or check.__name__, error)
        )
    else:
        return True
    return False


def main(arguments: list[str]) -> int:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    path = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    try:
        source = Folder(path) if os.path.isdir(path) else Zip(path)
        if "SHA256SUMS" not in source.names():
            raise OSError("SHA256SUMS manque")
        report = verify(source)
    except (OSError, zipfile.BadZipFile) as error:
        print("Ceci n'est pas un export de Liaison : %s" % error)
        return 2
    for text in report.facts:
        print(text)
    if report.doubts:
        print("\nNe peut pas être vérifié ici :")
        for text in report.doubts:
            print("  - " + text)
    print()
    if report.faults:
        print("L'EXPORT A ÉTÉ MODIFIÉ :")
        for text in report.faults:
            print("  - " + text)
        return 1
    print("Tout concorde : rien n'a été modifié, retiré ni ajouté.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
