import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.audit import canonical
from core.audit.chain import Head, chain_facts
from core.audit.verify import Finding, Report, verify


class Command(BaseCommand):
    help = (
        "Compute the hashes of the audit anew, and name the first entry that was altered, inserted "
        "or taken away. Exit code 1 if there is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="write the report for a program")
        parser.add_argument(
            "--expect", metavar="POSITION:HASH", type=_head,
            help="an entry that is known from an export or from the log (`audit_chained`): who "
            "computed all hashes anew is found by it",
        )  # fmt: skip

    def handle(self, *args: Any, expect: Head | None = None, **options: Any) -> None:
        chain_facts()
        report = verify(expect)
        if options["json"]:
            self.stdout.write(json.dumps(_shape(report), ensure_ascii=False))
        elif report.finding is None:
            self.stdout.write(
                f"The audit is as it was written: {report.checked} entries, the last with the hash "
                f"{report.head.hash.hex()}."
            )
        if report.finding is not None:
            raise CommandError(_sentence(report.finding), returncode=1)


def _head(text: str) -> Head:
    position, _, hash_ = text.partition(":")
    head = Head(int(position), bytes.fromhex(hash_))
    if len(head.hash) != len(canonical.START):
        raise ValueError(text)
    return head


def _sentence(finding: Finding) -> str:
    if finding.entry is None:
        return finding.words
    content = json.dumps(canonical.content(finding.entry), ensure_ascii=False)
    return f"{finding.words} It says now: {content}"


def _shape(report: Report) -> dict[str, Any]:
    finding = report.finding
    return {
        "ok": finding is None,
        "checked": report.checked,
        "position": report.head.position,
        "hash": report.head.hash.hex(),
        "unplaced": report.unplaced,
        "finding": finding
        and {
            "fault": finding.fault.value,
            "position": finding.position,
            "words": finding.words,
            "content": finding.entry and canonical.content(finding.entry),
        },
    }
