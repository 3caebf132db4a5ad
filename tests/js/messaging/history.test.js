import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { History } from "#messaging/state/history.js";

import { message, messages } from "../people.js";

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
});
