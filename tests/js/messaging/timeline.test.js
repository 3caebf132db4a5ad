import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { keptTimeline, timeline } from "#messaging/state/timeline.js";

import { bruno, camille, line, message, messages, odile } from "../people.js";

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
    const note = { conversation: "tiles", author: odile, body: "Note", attachments: [], mentions: [], edited_at: null };
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

  test("a line stands after its message, parts a group, and is kept as the same row", () => {
    const given = { messages: messages(1, 3), lines: [line(0, { kind: "opened" }), line(2)], me: odile };

    const rows = timeline(given);

    assert.deepEqual(kinds(rows), ["day", "line", "message", "message", "line", "message"]);
    const groups = rows.flatMap((row) => (row.kind === "message" ? [[row.isFirst, row.isLast]] : []));
    assert.deepEqual(groups, [[true, false], [false, true], [true, true]]);
    assert.equal(timeline({ ...given, messages: messages(1, 4) })[4], rows[4]);
  });

  test("lines and notes between two messages stand in the order of time", () => {
    const note = { id: "n", conversation: "tiles", author: odile, body: "Note", attachments: [], mentions: [], edited_at: null, created_at: "2026-11-16T09:01:20Z" };
    const lines = [line(1, { id: "a", at: "2026-11-16T09:01:10Z" }), line(1, { id: "b", at: "2026-11-16T09:01:50Z" })];

    const rows = timeline({ messages: messages(1, 2), lines, notes: [note], me: odile });

    assert.deepEqual(rows.map(({ key }) => key).slice(1), ["m1", "a", "n", "b", "m2"]);
  });

  test("a line of messages that are not loaded waits for them", () => {
    const lines = [line(0), line(3), line(5), line(8)];

    const rows = timeline({ messages: messages(4, 6), lines, hasBefore: true, hasAfter: true, me: odile });

    assert.deepEqual(rows.flatMap((row) => (row.kind === "line" ? [row.line.after_seq] : [])), [5]);
  });

  test("the line of a message that opened the conversation again takes the place of the row that says so", () => {
    const lines = [line(1), line(2, { kind: "reopened", by: camille })];

    const rows = timeline({ messages: messages(1, 2), lines, me: odile, closedUpTo: 1 });

    assert.deepEqual(kinds(rows), ["day", "message", "line", "message", "line"]);
    assert.deepEqual(rows.flatMap((row) => (row.kind === "line" ? [row.opensAgain] : [])), [false, true]);
  });

  test("a thread is made into rows again only when something of it has changed", () => {
    const kept = keptTimeline();
    const messages = [message(1), message(2)];
    const first = kept({ messages, pending: [], me: camille });

    // The outbox returns another array at each call.
    assert.equal(kept({ messages, pending: [], me: camille }), first);
    assert.notEqual(kept({ messages: [...messages, message(3)], pending: [], me: camille }), first);
  });

  test("a new message leaves the rows of the others as they are", () => {
    const messages = [message(1), message(20), message(21)];
    const before = timeline({ messages, me: camille });

    const after = timeline({ messages: [...messages, message(22)], me: camille });

    assert.equal(after[1], before[1]);
    // The former last message is now followed by one of its group.
    assert.notEqual(after[3], before[3]);
  });
});
