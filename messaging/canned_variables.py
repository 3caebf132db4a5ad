"""What may be filled in in a canned reply, as `{client}`: by the page (state/replies.js)."""

import re

VARIABLES = ("client", "prenom", "chantier", "reference", "sujet", "moi")
_VARIABLE = re.compile(r"\{([^{}\n]{1,40})\}")


def unknown_variables(text: str) -> list[str]:
    """Return the names in braces of a text that nothing can fill in, in order."""
    names = dict.fromkeys(_VARIABLE.findall(text))
    return [name for name in names if name not in VARIABLES]
