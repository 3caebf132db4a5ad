"""Refuse a change of core/openapi.yaml that breaks callers, unless CHANGELOG.md names it.

`python -m deploy.contract` compares with the contract of the last release. `--write` keeps the
contract of now as that of a release, in released.json.
"""

import sys
from pathlib import Path

from deploy.contract import released
from deploy.contract.changelog import breaking_changes
from deploy.contract.differences import Break, breaks

ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str], root: Path = ROOT) -> int:
    contract = released.read((root / released.CONTRACT).read_text())
    if arguments == ["--write"]:
        released.write(contract, root)
        return 0
    base = released.base_of(root)
    print(f"{released.CONTRACT} is compared with {base.name}.")
    unnamed = not_named(breaks(base.contract, contract), (root / "CHANGELOG.md").read_text())
    for each in unnamed:
        print(f"  {each} Name it: `{'` or `'.join(each.names)}`.", file=sys.stderr)
    if unnamed:
        print(
            f"{len(unnamed)} changes of {released.CONTRACT} break callers. Undo them, or name each"
            " in CHANGELOG.md, in Unreleased, under Changed or Removed.",
            file=sys.stderr,
        )
    return 1 if unnamed else 0


def not_named(found: list[Break], changelog: str) -> list[Break]:
    """Return the breaks that no entry of Unreleased under Changed or Removed names."""
    told = breaking_changes(changelog)
    return [each for each in found if not any(f"`{name}`" in told for name in each.names)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
