"""Conversations with many messages."""

from itertools import cycle, islice

from django.utils import timezone

from core.models import User
from messaging.models import Conversation, Message
from messaging.search.index import catch_up

# Answer with all older messages at once, as if the reader had scrolled up through 400 pages.
ANSWER_ALL_OLDER = """count => {
  const { fetch } = window;
  window.fetch = async (asked, options) => {
    const before = /messages\\?before=(\\d+)/.exec(asked)?.[1];
    if (!before) return fetch(asked, options);
    const last = await fetch(asked.replace(`before=${before}`, `before=${count + 1}`), options);
    const like = (await last.json()).results[0];
    const numbered = number => ({
      ...like,
      id: `018f0000-0000-7000-8000-${String(number).padStart(12, "0")}`,
      seq: number,
      version: number + 1,
      body: `N° ${number}`,
    });
    const results = Array.from({ length: before - 1 }, (_, index) => numbered(index + 1));
    return Response.json({ results, has_before: false, has_after: true });
  };
}"""

# Answer with older messages within the frame that asks for them: each is fetched with those below.
ANSWER_OLDER_AT_ONCE = """() => {
  const { fetch } = window;
  const pages = new Map();
  window.fetch = async (asked, options) => {
    const before = Number(/messages\\?before=(\\d+)/.exec(asked)?.[1]);
    if (!before) return fetch(asked, options);
    const page = async seq =>
      (await fetch(asked.replace(`before=${before}`, `before=${seq}`), options)).json();
    const found = pages.get(before) ?? (await page(before));
    const [{ seq: next }] = found.results;
    if (found.has_before) pages.set(next, await page(next));
    return Response.json(found);
  };
}"""


def long_thread(
    conversation: Conversation, *authors: User, count: int, first: int = 1
) -> list[Message]:
    """Add messages "Message numéro 1." and so on by the authors in turn, already fanned out.

    The conversation must be empty. With `first`, it looks as if it had that many messages before.
    """
    now = timezone.now()
    rows = [
        Message(
            conversation=conversation, author=author, body=f"Message numéro {number}.", seq=number,
            version=number + 1, draft_digest=bytes(32), fanned_out_at=now,
        )
        for number, author in enumerate(islice(cycle(authors), count), start=first)
    ]  # fmt: skip
    messages = Message.objects.bulk_create(rows)
    last = messages[-1]
    Conversation.objects.filter(pk=conversation.pk).update(
        last_seq=last.seq, version=last.version, last_message=last
    )
    assert catch_up(60)
    return messages
