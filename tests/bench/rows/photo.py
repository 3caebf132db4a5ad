"""A photo of 12 megapixels: from its last byte to its preview on another person's screen."""

from collections.abc import Iterator

from tests.attachments.samples import large_photo
from tests.bench import data
from tests.bench.attachments import Caller, seconds_to_preview, timed, with_pillow
from tests.bench.bench import Bench
from tests.bench.figures import Figure
from tests.bench.report import typical

ROW = "photo"
# 2.8 MB.
QUALITY = 82


def measure(bench: Bench) -> Iterator[Figure]:
    photo = large_photo(quality=QUALITY)
    client = data.client_user()
    conversation = str(data.conversation_of(client).pk)
    sender = Caller(bench.product.port, data.bearer(client))
    reader = Caller(bench.product.port, data.bearer(data.member_of_staff()))
    shown, bare = [], []
    for _photo in range(bench.size.photos):
        shown.append(seconds_to_preview(sender, reader, conversation, photo))
        bare.append(timed(lambda: with_pillow(photo)))
    yield Figure(
        ROW, f"{len(photo) / 1e6:.1f} MB to its preview on another screen",
        typical(shown) * 1000, "ms", 300, floor=typical(bare) * 1000, floor_is="Pillow alone",
    )  # fmt: skip
