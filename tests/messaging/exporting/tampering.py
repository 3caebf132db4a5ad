"""Alter an export as somebody who wants to deceive: the sums are always written anew."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Rows = list[Json]


class Forger:
    """Changes the files of an export in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def one(self, pattern: str) -> Path:
        [found] = self.folder.glob(pattern)
        return found

    def rows(self, pattern: str, change: Callable[[Rows], object]) -> None:
        """Change the list of objects of a file with one a line."""
        path = self.one(pattern)
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        change(rows)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))

    def message(self, seq: int, **values: Any) -> None:
        """Change a message in the data and, as far as they show it, in the page to read."""
        self.rows("data/*/messages-01.jsonl", lambda rows: rows[seq - 1].update(values))

    def page(self, before: str, after: str) -> None:
        path = self.folder / "lire.html"
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))

    def entry(self, position: int, **values: Any) -> None:
        """Change the content of an entry of the chain, with the hash of this content."""

        def change(rows: Rows) -> None:
            row = rows[position - 1]
            content = {**json.loads(row["content"]), **values}
            row["content"] = canonical(content)
            salted = bytes.fromhex(row["salt"]) + row["content"].encode()
            row["content_hash"] = hashlib.sha256(salted).hexdigest()

        self.rows("chaine/*/entrees-01.jsonl", change)

    def chain_anew(self) -> None:
        """Compute all hashes of the chain again, and the end that the data tell of."""
        about = json.loads(self.one("data/*/conversation.json").read_text())
        heads: list[str] = []

        def change(rows: Rows) -> None:
            previous = bytes(32)
            for position, row in enumerate(rows, 1):
                row["position"] = position
                place = bytes.fromhex(about["id"].replace("-", "")) + position.to_bytes(8, "big")
                hashed = bytes.fromhex(row["content_hash"])
                previous = hashlib.sha256(b"liaison chain 1\n" + place + previous + hashed).digest()
                row["hash"] = previous.hex()
                heads.append(row["hash"])

        self.rows("chaine/*/entrees-01.jsonl", change)
        about |= {"chain_head": heads[-1], "chain_length": len(heads)}
        self.one("data/*/conversation.json").write_text(json.dumps(about) + "\n")

    def sums(self) -> None:
        """Write SHA256SUMS anew, so that it fits what is there."""
        lines = [
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(self.folder)}\n"
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.name != "SHA256SUMS"
        ]
        (self.folder / "SHA256SUMS").write_text("".join(lines))


def canonical(content: Json) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
