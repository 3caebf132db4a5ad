"""Read what CHANGELOG.md says of changes that callers have to follow."""

import re

SECTIONS = ("Changed", "Removed")


def breaking_changes(changelog: str) -> str:
    """Return the text of Unreleased under "### Changed" and "### Removed", in one line."""
    unreleased = _part(changelog, r"## \[Unreleased\]", r"## ")
    return " ".join(
        " ".join(_part(unreleased, f"### {section}", r"###? ").split()) for section in SECTIONS
    )


def _part(text: str, title: str, next_title: str) -> str:
    found = re.search(rf"^{title}\s*$(.*?)(?=^{next_title}|\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""
