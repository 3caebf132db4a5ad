"""Make the ZIP of an export in slices of some seconds, which any worker continues.

The steps follow from the conversations and volumes that the first slice chose, so a step is known
by its number. A slice ends between two steps, or between two files of one, and writes down where
(`state`). A killed worker loses its slice, and the parts that it sent are sent again.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils import translation

from messaging.exporting import covers, overtaken, snapshot
from messaging.exporting.archive import Archive
from messaging.exporting.conversation_steps import STEPS, ConversationStep, Work
from messaging.exporting.proofs import ENTRIES_A_FILE
from messaging.exporting.scope import Scope
from messaging.exporting.state import Chosen, State
from messaging.models import ChainLeaf, ChainRoot, Export

# Far below the time limit of a task (50 s): one step more takes some seconds.
SLICE_SECONDS = 15.0


@dataclass(frozen=True)
class Step:
    """`volume` is the number of a volume, or of a file of the chain, from 0."""

    name: str
    conversation: int = -1
    volume: int = 0


@dataclass
class Slice:
    """What a slice did. `size` and `sums_sha256` are those of the finished ZIP."""

    state: State
    size: int | None = None
    sums_sha256: bytes = b""


@dataclass
class Builder:
    """One slice of an export. `tick` is called with the phase and how many more are done."""

    export: Export
    scope: Scope
    state: State
    tick: Callable[[str, int], None]
    began: float = field(default_factory=time.monotonic)

    def run(self) -> Slice:
        """Do steps until the slice is over or the ZIP is finished. Raises what `tick` raises."""
        at = self.export.created_at
        archive = Archive(
            covers.folder_of(self.export), self.export.upload_id, self.state.progress, at
        )
        work = Work(self.export, self.scope, self.state, archive, self.tick, self.is_over)
        steps = list(steps_of(self.state, self.scope))
        with translation.override(self.export.locale):
            while self.state.step < len(steps):
                step = steps[self.state.step]
                if not self._do(step, work):
                    break
                self.state.step, self.state.files_done = self.state.step + 1, 0
                if self.is_over() and self.state.step < len(steps):
                    break
            else:
                digest = covers.write_sums(archive)
                return Slice(self.state, archive.finish(), digest)
        self.state.progress = archive.pause()
        return Slice(self.state)

    def is_over(self) -> bool:
        return time.monotonic() - self.began > SLICE_SECONDS

    def _do(self, step: Step, work: Work) -> bool:
        """Do a step; False if the slice ended within it."""
        if step.conversation < 0:
            covers.STEPS[step.name](work, step.volume)
            return True
        chosen = ConversationStep(step.conversation, step.volume)
        return STEPS[step.name](work, chosen) is not False


def begun(scope: Scope) -> State:
    """Choose the conversations, as they are now, the oldest first."""
    found = scope.conversations.order_by("created_at", "id")
    chosen = []
    for conversation in found:
        moment = snapshot.taken(conversation, scope.author)
        chosen.append(Chosen(moment, snapshot.volumes_of(moment)))
    roots, proved = _roots_of(chosen)
    names = overtaken.names_in([each.snapshot for each in chosen])
    return State(chosen, names, roots, proved)


def _roots_of(chosen: list[Chosen]) -> tuple[list[int], list[int]]:
    """Return the daily roots since the first that knows one of the conversations.

    And those of them in which one had changed, with the last. None that was made later.
    """
    if not chosen:
        return [], []
    made = ChainRoot.objects.filter(made_at__lt=min(each.snapshot.at for each in chosen))
    ids = [each.snapshot.conversation_id for each in chosen]
    changed = set(
        ChainLeaf.objects.filter(conversation__in=ids, root__in=made).values_list(
            "root_id", flat=True
        )
    )
    if not changed:
        return [], []
    first = made.filter(pk__in=changed).earliest("day")
    roots = list(made.filter(day__gte=first.day).order_by("day").values_list("pk", flat=True))
    return roots, [key for key in roots if key in changed or key == roots[-1]]


def steps_of(state: State, scope: Scope) -> Iterator[Step]:
    for number, chosen in enumerate(state.chosen):
        for volume in range(len(chosen.volumes)):
            for name in ("page", "pdf", "messages", "files"):
                yield Step(name, number, volume)
        yield Step("notes", number)
        yield Step("record", number)
        for part in range(-(-chosen.snapshot.chain_length // ENTRIES_A_FILE)):
            yield Step("chain", number, part)
    if scope.author:
        yield Step("person")
    yield Step("roots")
    for part in range(covers.root_parts(state)):
        yield Step("proofs", volume=part)
    yield Step("cover")


def total_of(state: State, *, with_files: bool) -> int:
    """Return how much `tick` counts: a message three times, a file once, a conversation once."""
    volumes = [volume for each in state.chosen for volume in each.volumes]
    files = sum(volume.files for volume in volumes) if with_files else 0
    return 3 * sum(volume.count for volume in volumes) + files + len(state.chosen)
