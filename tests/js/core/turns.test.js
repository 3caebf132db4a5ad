import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { areTurnsTaken, inTurn, nextTask, takeTurns } from "#core/turns.js";

/** Be busy, as a rendering is. @param {number} ms */
function busy(ms) {
  for (const end = performance.now() + ms; performance.now() < end; );
}

describe("inTurn", () => {
  beforeEach(nextTask);

  it("acts later, in the order of the asking, also on what an action asks for", async () => {
    const done = /** @type {string[]} */ ([]);
    const first = inTurn(() => (done.push("first"), void inTurn(() => done.push("inside"))));
    const second = inTurn(() => done.push("second"));
    assert.equal(done.length, 0);

    await Promise.all([first, second, inTurn(() => void done.push("third"))]);

    assert.deepEqual(done.slice(0, 2), ["first", "second"]);
    assert.deepEqual(done.slice(2).sort(), ["inside", "third"]);
  });

  it("lets other tasks come between two long actions", async () => {
    /** @type {string[]} */
    const done = [];
    const acts = ["first", "second", "third"].map((name) => inTurn(() => (busy(6), done.push(name))));
    // Of the browser in life: a key, a tap, a frame.
    const other = nextTask().then(nextTask).then(() => done.push("other"));

    await Promise.all([...acts, other]);

    assert.notEqual(done.at(-1), "other");
  });

  it("fails with its action, and goes on with the next", async () => {
    const fails = inTurn(() => {
      throw new RangeError("broken");
    });
    /** @type {number[]} */
    const done = [];
    const next = inTurn(() => done.push(1));

    await assert.rejects(fails, RangeError);
    await next;
    assert.deepEqual(done, [1]);
  });
});

it("elements take turns only while a page begins", () => {
  assert.equal(areTurnsTaken(), false);
  takeTurns(true);
  assert.equal(areTurnsTaken(), true);
  takeTurns(false);
  assert.equal(areTurnsTaken(), false);
});
