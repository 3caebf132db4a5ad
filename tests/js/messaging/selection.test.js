import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { rangeOf, undoing } from "#messaging/pages/selection.js";

const NOW = new Date("2026-11-27T10:00:00Z");
const LATER = "2026-12-01T07:00:00Z";

/** @param {string} id @param {object} [was] @returns {any} */
function changed(id, was = {}) {
  return { id, outcome: "changed", was: { status: "open", assigned_to: null, snoozed_until: null, ...was } };
}

describe("a range of rows", () => {
  const rows = ["a", "b", "c", "d"].map((id) => ({ id }));

  test("goes from the row of before to this one, upwards too", () => {
    assert.deepEqual(rangeOf(rows, "b", "d"), ["b", "c", "d"]);
    assert.deepEqual(rangeOf(rows, "c", "a"), ["a", "b", "c"]);
  });

  test("is one row where the other is gone", () => {
    assert.deepEqual(rangeOf(rows, "", "b"), ["b"]);
    assert.deepEqual(rangeOf(rows, "z", "b"), ["b"]);
  });
});

describe("undoing", () => {
  test("gives each conversation back to whom it was with", () => {
    const results = [changed("1", { assigned_to: "marc" }), changed("2"), changed("3", { assigned_to: "marc" })];

    assert.deepEqual(undoing(results, { assigned_to: "odile" }, NOW), [
      { ids: ["1", "3"], back: { assigned_to: "marc" } },
      { ids: ["2"], back: { assigned_to: null } },
    ]);
  });

  test("opens what was closed, and puts off again what was put off", () => {
    assert.deepEqual(undoing([changed("1"), changed("2", { snoozed_until: LATER })], { status: "closed" }, NOW), [
      { ids: ["1", "2"], back: { status: "open" } },
      { ids: ["2"], back: { snoozed_until: LATER } },
    ]);
  });

  test("brings back what was put off, or puts it off until the time of before", () => {
    const results = [changed("1"), changed("2", { snoozed_until: LATER }), changed("3", { snoozed_until: "2026-11-27T09:00:00Z" })];

    assert.deepEqual(undoing(results, { snoozed_until: "2026-12-24T08:00:00Z" }, NOW), [
      { ids: ["1", "3"], back: { snoozed_until: null } },
      { ids: ["2"], back: { snoozed_until: LATER } },
    ]);
  });
});
