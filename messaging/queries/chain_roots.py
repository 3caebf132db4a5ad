"""Check the daily roots: each follows from the one before it, and from the heads of its day."""

from collections.abc import Iterator
from uuid import UUID

from messaging.chain import stamps
from messaging.chain.faults import Fault, How, Thing
from messaging.chain.hashes import NOTHING, Leaf, root_hash, tree_hash
from messaging.models import ChainLeaf, ChainRoot, Conversation


def leaves_of(root: ChainRoot) -> dict[UUID, Leaf]:
    """Return the leaves of all conversations as they were in a root, by conversation."""
    upto = ChainLeaf.objects.filter(root__lte=root.pk).order_by("conversation", "-root")
    last = upto.distinct("conversation").values_list("conversation", "length", "head")
    return {pk: Leaf(pk, length, bytes(head)) for pk, length, head in last.iterator(5_000)}


def faults_of_roots() -> Iterator[Fault]:
    """Yield what is wrong with the daily roots, the oldest first; nothing if all is well."""
    leaves: dict[UUID, Leaf] = {}
    previous = NOTHING
    for root in ChainRoot.objects.order_by("day").iterator(100):
        changed = ChainLeaf.objects.filter(root=root).values_list("conversation", "length", "head")
        leaves |= {pk: Leaf(pk, length, bytes(head)) for pk, length, head in changed}
        yield from _faults_of(root, leaves, previous)
        previous = bytes(root.hash)
    known = set(Conversation.objects.values_list("pk", flat=True).iterator(5_000))
    for pk in sorted(leaves.keys() - known):
        detail = "a conversation of the daily roots is gone"
        yield Fault(How.MISSING, Thing.ENTRY, pk, 1, detail=detail)


def _faults_of(root: ChainRoot, leaves: dict[UUID, Leaf], previous: bytes) -> Iterator[Fault]:
    day, tree = root.day.isoformat(), tree_hash(list(leaves.values()))
    if bytes(root.previous_hash) != previous:
        detail = "it does not follow from the root before it"
        yield Fault(How.MISSING, Thing.ROOT, subject=day, detail=detail)
    elif len(leaves) != root.leaves or tree != bytes(root.tree_hash):
        detail = f"{len(leaves)} conversations, {root.leaves} were hashed"
        yield Fault(How.ALTERED, Thing.ROOT, subject=day, detail=detail)
    expected = root_hash(root.day, bytes(root.tree_hash), root.leaves, bytes(root.previous_hash))
    if expected != bytes(root.hash):
        yield Fault(How.ALTERED, Thing.ROOT, subject=day, detail="its hash is not that of its rows")
    if root.stamp is not None:
        try:
            stamps.checked(bytes(root.stamp), bytes(root.hash))
        except stamps.NotStamped as error:
            yield Fault(How.ALTERED, Thing.STAMP, subject=day, detail=str(error))
