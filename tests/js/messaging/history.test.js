import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { History } from "#messaging/state/history.js";

import { line, message, messages, odile } from "../people.js";

/** @param {number} from @param {number} to */
function loaded(from, to, { before = false, after = false } = {}) {
  const history = new History();
  history.merge({ results: messages(from, to), has_before: before, has_after: after });
  return history;
}

/** @param {History} history */
const seqs = (history) => history.messages.map(({ seq }) => seq);

describe("the loaded part of a conversation", () => {
  test("a history grows at both ends", () => {
    const history = loaded(10, 12, { before: true, after: true });

    history.merge({ results: messages(7, 9), has_before: true, has_after: true });
    history.merge({ results: messages(13, 14), has_before: true, has_after: false });

    assert.deepEqual(seqs(history), [7, 8, 9, 10, 11, 12, 13, 14]);
    assert.equal(history.hasBefore, true);
    assert.equal(history.hasAfter, false);
  });

  test("a line that comes by its event, by changes and by a page is there once, in the order of versions", () => {
    const history = new History();

    history.addLines([line(3, { id: "b", version: 9 })]);
    history.merge({ results: messages(1, 3), lines: [line(0, { version: 1 }), line(3, { id: "a", version: 9 })], has_before: false, has_after: false });
    history.addLines([line(3, { id: "b", version: 9 }), line(1)]);

    assert.deepEqual(history.lines.map(({ id }) => id), ["l0", "l1", "a", "b"]);
  });

  test("a message after the loaded range is left to its page", () => {
    const history = loaded(1, 3, { after: true });

    history.upsert(message(9));

    assert.deepEqual(seqs(history), [1, 2, 3]);
  });

  test("an edited message before the loaded range is left to its page", () => {
    const history = loaded(10, 12, { before: true });

    history.upsert(message(4, { version: 99 }));

    assert.deepEqual(seqs(history), [10, 11, 12]);
  });

  test("a message from an event before the first page is kept", () => {
    const history = new History();

    history.upsert(message(4));
    history.merge({ results: messages(1, 3), has_before: false, has_after: false });

    assert.deepEqual(seqs(history), [1, 2, 3, 4]);
  });

  test("an older version of a message does not replace a newer one", () => {
    const history = loaded(1, 3);

    history.upsert(message(2, { version: 9, body: "Corrigé" }));
    history.upsert(message(2));

    assert.equal(history.messages[1]?.body, "Corrigé");
  });

  test("a quote says that its message was deleted or changed, also if that message is not loaded", () => {
    const history = loaded(10, 10, { before: true });
    const quoted = { id: "m3", seq: 3, author: odile, body: "Mardi", attachment_count: 0, is_deleted: false };
    history.upsert(message(11, { quoted, reply_to: "m3" }));

    history.upsert(message(3, { body: "Jeudi", edited_at: "2026-11-16T10:00:00Z", version: 20 }));
    assert.equal(history.messages[1]?.quoted?.body, "Jeudi");

    history.upsert(message(3, { body: "", deleted_at: "2026-11-16T10:01:00Z", version: 21 }));
    assert.deepEqual(history.messages[1]?.quoted, { ...quoted, body: "", is_deleted: true });
    assert.deepEqual(seqs(history), [10, 11]);
  });
});
