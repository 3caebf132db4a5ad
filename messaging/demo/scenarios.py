"""The conversations of the demo: who speaks, about what, and how each ends."""

from dataclasses import dataclass
from random import Random

from core.demo import Company
from core.models import Chantier, Client, User
from messaging.demo.dialogue import (
    ABOUT_A_CHANTIER,
    ABOUT_ANYTHING,
    IN_BETWEEN,
    Exchange,
    Theme,
    say,
)
from messaging.demo.phrases import words_for

CONVERSATIONS_PER_CLIENT = 5
# So many of the most recent ones are unfinished: somebody still has to read or to answer.
UNFINISHED = 24
SIDES = ("client", "equipe")
ARCHIVED = 50
RECENT_MINUTES = 2_500  # of work: the last four days
# Of work: a company that answers lets two or three questions wait for longer than four hours.
WAITING_MINUTES = 280
OLDEST_MINUTES = 58_000  # of work: the oldest thread ends four and a half months ago


@dataclass
class Plot:
    """A conversation to play: who speaks, about what, in which exchanges, and how it ends."""

    client: Client
    chantier: Chantier | None
    subject: str
    exchanges: list[Exchange]
    speakers: dict[str, User]
    words: dict[str, str]
    ends_minutes_ago: int = 0
    is_finished: bool = True
    is_archived: bool = False
    # The side that writes last in an unfinished one, so that the other side has to read.
    ends_with: str = "client"


def plots_of(company: Company, chance: Random) -> list[Plot]:
    """Return the plots of all conversations; the one that ends last comes first."""
    hands = [_hand_of(company, client, chance) for client in company.clients]
    plots = [hand[turn] for turn in range(CONVERSATIONS_PER_CLIENT) for hand in hands]
    for rank, plot in enumerate(plots):
        plot.is_finished = rank >= UNFINISHED
        plot.is_archived = rank == ARCHIVED
        # The sides take turns, and the order changes with the client's next conversation.
        plot.ends_with = SIDES[(rank + rank // len(company.clients)) % len(SIDES)]
        plot.ends_minutes_ago = _ends_minutes_ago(rank, len(plots), plot.ends_with, chance)
    return plots


def _ends_minutes_ago(rank: int, count: int, ends_with: str, chance: Random) -> int:
    if rank < UNFINISHED:
        span = WAITING_MINUTES if ends_with == "client" else RECENT_MINUTES
        return span * rank // UNFINISHED + chance.randrange(5, 60)
    share = (rank - UNFINISHED) / (count - UNFINISHED)
    return RECENT_MINUTES + int(share * (OLDEST_MINUTES - RECENT_MINUTES))


def _hand_of(company: Company, client: Client, chance: Random) -> list[Plot]:
    """Return a client's plots: one long, three about one matter each, one about a free subject.

    No matter comes twice to the same client. The newest chantier has the newest threads.
    """
    matters = chance.sample(range(len(ABOUT_A_CHANTIER)), 7)
    asides = chance.sample(IN_BETWEEN, len(IN_BETWEEN))
    long = [ABOUT_A_CHANTIER[index] for index in sorted(matters[3:])]
    threads: list[tuple[str, list[Theme], int, bool]] = [
        ("Suivi du chantier", long, 7, True),
        *(("", [ABOUT_A_CHANTIER[index]], 3, True) for index in matters[:3]),
        ("", [chance.choice(ABOUT_ANYTHING)], 0, False),
    ]
    chance.shuffle(threads)
    chantiers = company.chantiers_of(client)[::-1]
    plots = []
    for turn, (subject, parts, asides_count, has_chantier) in enumerate(threads):
        chantier = chantiers[turn * len(chantiers) // len(threads)] if has_chantier else None
        said = [exchange for theme in parts for exchange in theme.exchanges]
        for _ in range(asides_count):
            said.insert(chance.randrange(1, len(said)), asides.pop())
        speakers = _speakers(company, client, chantier, chance)
        words = words_for(speakers, chance)
        subject = say(subject or parts[0].subject, words, chance)
        plots.append(Plot(client, chantier, subject, said, speakers, words))
    return plots


def _speakers(
    company: Company, client: Client, chantier: Chantier | None, chance: Random
) -> dict[str, User]:
    users = company.users_of(client)
    first = chance.choice(users)
    team, colleague = chance.sample(company.staff, 2)
    if chantier and chantier.responsible:
        team = chantier.responsible
        others = [person for person in company.staff if person != team]
        colleague = chantier.deputy or chance.choice(others)
    return {
        "client": first,
        "autre": next((user for user in users if user != first), first),
        "equipe": team,
        "note": team,
        "collegue": colleague,
    }
