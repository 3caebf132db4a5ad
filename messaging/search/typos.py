"""Tell whether a word is another with one typing error."""

# A word that another stands in front of without its apostrophe: «lescalier».
_ELIDED = "cdjlmnst"
# A shorter word with an error begins too many others.
UNFINISHED_LENGTH = 6


def is_near(typed: str, known: str) -> bool:
    """Tell whether one error turns a known word, or the beginning of one, into the typed word.

    An error is a letter too many, too few or wrong, or two in the wrong order. The first letter is
    right, as in nearly all errors: «dalle» is not «salle».
    """
    if typed[0] in _ELIDED and len(typed) > 5 and known.startswith(typed[1:]):
        return typed[1] in "aeiouyh"
    if typed[0] != known[0]:
        return False
    same = _same(typed, known)
    if same == len(typed):
        return True
    rest, after = known[same:], typed[same + 1 :]
    swapped = typed[same + 1 : same + 2] + typed[same] + typed[same + 2 :]
    return any(
        _is(word, beginning, len(typed))
        for word, beginning in (
            (known[same + 1 :], after),
            (rest, after),
            (known[same + 1 :], typed[same:]),
            (rest, swapped),
        )
    )


def _same(one: str, other: str) -> int:
    """Return how many letters the beginnings of two words have in common."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _is(word: str, typed: str, length: int) -> bool:
    """Tell whether the ends of two words are the same; a long one may be unfinished."""
    return word == typed or (length >= UNFINISHED_LENGTH and word.startswith(typed))
