import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { nextUnread } from "#messaging/pages/desk-keys.js";
import { askedBy } from "#messaging/pages/shortcuts.js";

/** @param {string} keys such as "Alt Shift ArrowDown" */
function pressed(keys) {
  const words = keys.split(" ");
  const has = (/** @type {string} */ name) => words.includes(name);
  return { key: words.at(-1) ?? "", ctrlKey: has("Ctrl"), metaKey: has("Meta"), altKey: has("Alt"), shiftKey: has("Shift"), isComposing: false };
}

describe("keys of the company's inbox", () => {
  for (const [keys, asked] of Object.entries({
    j: { command: "next" }, k: { command: "previous" }, x: { command: "select" }, c: { command: "new" }, Escape: { command: "escape" },
    "Shift ?": { command: "help" }, "Ctrl k": { command: "palette" }, "Meta k": { command: "palette" }, F6: { command: "pane" },
    "Shift F6": { command: "pane-back" }, "Alt Shift ArrowDown": { command: "next-unread" }, "Alt Shift ArrowUp": { command: "previous-unread" },
    r: { action: "reply" }, n: { action: "note" }, a: { action: "assign" }, e: { action: "close" }, s: { action: "snooze" },
  })) {
    test(`${keys} does something outside of fields`, () => assert.deepEqual(askedBy(pressed(keys), "none"), asked));
  }

  test("are the browser's with Control, Alt or Shift", () => {
    for (const keys of ["Ctrl r", "Meta n", "Alt e", "Ctrl a", "Shift J", "Ctrl Shift k", "Ctrl F6", "Ctrl Alt Shift ArrowDown", "toString"]) {
      assert.equal(askedBy(pressed(keys), "none"), null, keys);
    }
  });

  test("write letters in a field, whether it is empty or not", () => {
    for (const field of /** @type {const} */ (["empty", "written"])) {
      for (const key of "jkxcrnaes?") assert.equal(askedBy(pressed(key), field), null);
      assert.equal(askedBy(pressed("Escape"), field), null);
    }
  });

  test("select text with Alt and Shift where some is written", () => {
    assert.equal(askedBy(pressed("Alt Shift ArrowDown"), "written"), null);
    assert.deepEqual(askedBy(pressed("Alt Shift ArrowDown"), "empty"), { command: "next-unread" });
  });

  test("do nothing in a dialog or while a letter is composed", () => {
    for (const keys of ["j", "e", "Ctrl k", "F6", "Escape"]) {
      assert.equal(askedBy(pressed(keys), "dialog"), null);
      assert.equal(askedBy({ ...pressed(keys), isComposing: true }, "none"), null);
    }
  });
});

describe("the next unread row", () => {
  const rows = ["a", "b", "c", "d"].map((id) => ({ id }));
  const unread = new Set(["b", "d"]);

  test("is looked for below and above, round the ends of the list", () => {
    assert.equal(nextUnread(rows, unread, -1, 1), "b");
    assert.equal(nextUnread(rows, unread, 1, 1), "d");
    assert.equal(nextUnread(rows, unread, 3, 1), "b");
    assert.equal(nextUnread(rows, unread, 0, -1), "d");
    assert.equal(nextUnread(rows, unread, -1, -1), "d");
  });

  test("is none if only the open one is unread, or nothing", () => {
    assert.equal(nextUnread(rows, new Set(["b"]), 1, 1), "");
    assert.equal(nextUnread([], unread, -1, 1), "");
  });
});
