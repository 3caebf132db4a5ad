import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { isAmong, seqBefore } from "#messaging/state/place-of-note.js";

const at = (/** @type {number} */ hour) => `2026-11-14T${String(hour).padStart(2, "0")}:00:00Z`;
/** Message 1 is of 1 o'clock, and so on. */
const messages = [3, 4, 5].map((seq) => ({ seq, created_at: at(seq) }));

describe("the place of a note", () => {
  test("is among the loaded messages, or before or after them", () => {
    const within = (/** @type {number} */ hour, hasBefore = true, hasAfter = true) =>
      isAmong({ created_at: at(hour) }, /** @type {any} */ ({ messages, hasBefore, hasAfter }));

    assert.deepEqual([2, 3, 4, 5, 6].map((hour) => within(hour)), [false, true, true, true, false]);
    assert.equal(within(2, false), true);
    assert.equal(within(6, true, false), true);
    assert.equal(isAmong({ created_at: at(3) }, { messages: [], hasBefore: false, hasAfter: false }), false);
  });

  test("is found by few questions among many messages", async () => {
    let asked = 0;
    const writtenAt = async (/** @type {number} */ seq) => {
      asked++;
      return new Date(seq * 60_000).toISOString();
    };

    for (const seq of [1, 2, 499, 500, 999, 1000]) {
      asked = 0;
      const moment = new Date(seq * 60_000 + 30_000).toISOString();
      assert.equal(await seqBefore(moment, 1000, writtenAt), seq);
      assert.ok(asked <= 10, `${asked} questions`);
    }
  });

  test("is the first message where a note is older than all, or alone", async () => {
    const writtenAt = async () => at(9);

    assert.equal(await seqBefore(at(1), 40, writtenAt), 1);
    assert.equal(await seqBefore(at(1), 0, writtenAt), 1);
  });
});
