import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { timeline } from "#messaging/state/timeline.js";

import { bruno, camille, message, odile } from "../people.js";

/** @param {import("#messaging/state/timeline.js").Row[]} rows */
const kinds = (rows) => rows.map(({ kind }) => kind);

describe("a thread", () => {
  test("a timeline separates days", () => {
    const rows = timeline({ messages: [message(1), message(2, { created_at: "2026-11-18T09:00:00Z" })], me: camille });

    assert.deepEqual(kinds(rows), ["day", "message", "day", "message"]);
  });

  test("messages of one author within five minutes form a group", () => {
    const rows = timeline({
      messages: [message(1), message(2), message(20), message(21, { author: bruno })],
      me: camille,
    });
    const groups = rows.flatMap((row) => (row.kind === "message" ? [[row.isFirst, row.isLast]] : []));

    assert.deepEqual(groups, [[true, false], [false, true], [true, true], [true, true]]);
  });

  test("the unread line stands above the first unread message of somebody else", () => {
    const rows = timeline({ messages: [message(1), message(2, { author: camille }), message(3)], unreadAfter: 1, me: camille });

    assert.deepEqual(kinds(rows), ["day", "message", "message", "unread", "message"]);
  });

  test("a message is shown once when its event comes before its answer", () => {
    /** @type {import("#messaging/types.js").PendingMessage} */
    const pending = { id: "m2", conversation: "tiles", body: "Bonjour", created_at: "2026-11-16T09:02:00Z", state: "sending", error: "" };

    assert.deepEqual(kinds(timeline({ messages: [message(1)], pending: [pending], me: camille })), ["day", "message", "pending"]);
    assert.deepEqual(kinds(timeline({ messages: [message(1), message(2)], pending: [pending], me: camille })), ["day", "message", "message"]);
  });

  test("a note stands at its time, and is left out if older than the loaded messages", () => {
    const note = { conversation: "tiles", author: odile, body: "Note", edited_at: null };
    const notes = [
      { ...note, id: "old", created_at: "2026-11-15T09:00:00Z" },
      { ...note, id: "between", created_at: "2026-11-16T09:01:30Z" },
    ];

    const rows = timeline({ messages: [message(1), message(2)], notes, hasBefore: true, me: odile });

    assert.deepEqual(kinds(rows), ["day", "message", "note", "message"]);
  });

  test("a row below the message that opened a closed conversation again names its author", () => {
    const written = [message(1), message(2, { author: camille }), message(3, { author: camille })];

    const rows = timeline({ messages: written, me: odile, closedUpTo: 1 });

    assert.deepEqual(kinds(rows), ["day", "message", "message", "reopened", "message"]);
    assert.deepEqual(rows[3], { key: "reopened-m2", kind: "reopened", name: "Camille Morel" });
    assert.ok(!kinds(timeline({ messages: written, me: odile })).includes("reopened"));
  });
});
