"""What the ZIP holds once: the first page, what to do with it, the roots, and the list of sums."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from attachments.storage import objects
from core.version import VERSION
from messaging.chain.hashes import written
from messaging.exporting import data, heads, person, proofs, sheets
from messaging.exporting.archive import Archive
from messaging.exporting.conversation_steps import Work
from messaging.exporting.heads import Head
from messaging.exporting.rows import moment
from messaging.exporting.state import State
from messaging.models import ChainRoot, Conversation, Export

SUMS = "SHA256SUMS"
VERIFIER = Path(__file__).with_name("verifier.py")
# Of each one the tree over all conversations is made anew.
ROOTS_A_PART = 20


def folder_of(export: Export) -> str:
    return objects.export_key(export.pk, "")


def write_sums(archive: Archive) -> bytes:
    """Write the list of all files, and return its SHA-256: it stands for the whole export."""
    sums = archive.sums()
    archive.add(SUMS, sums)
    return hashlib.sha256(sums.encode()).digest()


def write_person(work: Work, _part: int) -> None:
    assert work.scope.author is not None
    known = person.data_of(work.scope.author, work.export.by)
    work.archive.add("data/personne.json", data.line(known))


def write_roots(work: Work, _part: int) -> None:
    """Write the daily roots since the first conversation, and their time stamps."""
    roots = _in_order(work.state.roots)
    lines = (data.line(proofs.root_json(root)) for root in roots)
    work.archive.add("chaine/racines.jsonl", lines)
    for root in roots:
        if root.stamp:
            work.archive.add(proofs.stamp_path(root), bytes(root.stamp))


def write_proofs(work: Work, part: int) -> None:
    """Write the paths of some days."""
    wanted = _ids(work.state)
    days = _in_order(work.state.proved)
    with work.archive.entry(f"chaine/preuves-{part + 1:02d}.jsonl") as inside:
        for root in days[part * ROOTS_A_PART : (part + 1) * ROOTS_A_PART]:
            for path in proofs.paths_of(root, wanted, is_last=root == days[-1]):
                inside.write(data.line(path).encode())
            work.tick("proofs", 0)


def root_parts(state: State) -> int:
    return -(-len(state.proved) // ROOTS_A_PART)


def write_cover(work: Work, _part: int) -> None:
    export = work.export
    about = {
        "export": str(export.pk),
        "kind": export.kind,
        "subject": {"id": str(export.subject), "name": export.label},
        "by": data.person(export.by),
        "asked_at": written(export.created_at),
        "made_at": written(timezone.now()),
        "with_notes": export.with_notes,
        "with_files": export.with_files,
        "is_for_company": export.by.is_company,
        "missing": work.state.missing,
        "version": VERSION,
    }
    work.archive.add("data/export.json", data.line(about))
    if not work.is_alone:
        work.archive.add("lire.html", _first_page(work))
    text = render_to_string(
        f"messaging/export_readme.{(get_language() or 'fr')[:2]}.txt",
        {"export": export, "at": moment(export.created_at), "missing": work.state.missing,
         "has_person": work.scope.author is not None},
    )  # fmt: skip
    work.archive.add("LISEZ-MOI.txt", text)
    work.archive.add("verifier.py", VERIFIER.read_bytes())


STEPS: dict[str, Callable[[Work, int], None]] = {
    "person": write_person,
    "roots": write_roots,
    "proofs": write_proofs,
    "cover": write_cover,
}


def _first_page(work: Work) -> str:
    export = work.export
    rows = []
    for number, chosen in enumerate(work.state.chosen):
        conversation = work.conversation(number)
        place = work.place(number, conversation)
        count = sum(volume.count for volume in chosen.volumes)
        volumes = [
            (n, place.page(n, "html"), place.page(n, "pdf"))
            for n in range(1, len(chosen.volumes) + 1)
        ]
        rows.append((conversation, _facts(conversation, count), volumes))
    inside = render_to_string("messaging/export_parts.html", {"rows": rows})
    head = Head(
        title=export.label,
        warning=heads.internal_warning() if export.with_notes else "",
        facts=[
            (_("What it is"), _what(export)),
            (_("Made on"), heads.printed(export.created_at, export.by)),
        ],
        end=ngettext("%(count)s conversation.", "%(count)s conversations.", len(rows))
        % {"count": len(rows)},
        language=(get_language() or "fr")[:2],
    )
    links = [("LISEZ-MOI.txt", "LISEZ-MOI.txt")]
    return sheets.framed(head, links=links, inside=inside)


def _facts(conversation: Conversation, count: int) -> str:
    messages = ngettext("%(count)s message", "%(count)s messages", count) % {"count": count}
    where = conversation.chantier.name if conversation.chantier else ""
    opened = moment(conversation.created_at)
    return " · ".join(filter(None, [conversation.client.name, where, messages, opened]))


def _what(export: Export) -> str:
    match export.kind:
        case Export.Kind.CONVERSATION:
            return _("Export of a conversation")
        case Export.Kind.CHANTIER:
            return _("Export of all conversations of a building site")
        case Export.Kind.CLIENT:
            return _("Export of all conversations of a client")
    return _("Data of a person: what they wrote, and what is known of them")


def _ids(state: State) -> set[UUID]:
    return {chosen.snapshot.conversation_id for chosen in state.chosen}


def _in_order(ids: list[int]) -> list[ChainRoot]:
    return list(ChainRoot.objects.filter(pk__in=ids).order_by("day"))
