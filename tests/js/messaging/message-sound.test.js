import assert from "node:assert/strict";
import { test } from "node:test";

import { isHeard } from "#messaging/state/message-sound.js";

/** @typedef {Parameters<typeof isHeard>[0]} Heard */
const message = /** @type {Heard} */ ({ author: { id: "camille", name: "Camille", role: "client" }, conversation: "villa" });
const conversation = /** @type {any} */ ({ participants: [{ id: "camille" }, { id: "odile" }] });
const now = { me: "odile", conversation, openId: /** @type {string | null} */ (null), hasFocus: true };

test("a message in a conversation that is not open is heard", () => {
  assert.equal(isHeard(message, now), true);
  assert.equal(isHeard(message, { ...now, openId: "garage" }), true);
});

test("one's own message is not heard", () => {
  assert.equal(isHeard(message, { ...now, me: "camille" }), false);
});

test("the conversation that the person reads is not heard, unless the page lost the focus", () => {
  assert.equal(isHeard(message, { ...now, openId: "villa" }), false);
  assert.equal(isHeard(message, { ...now, openId: "villa", hasFocus: false }), true);
});

test("a conversation that is followed by others is not heard", () => {
  assert.equal(isHeard(message, { ...now, me: "marc" }), false);
  assert.equal(isHeard(message, { ...now, conversation: null }), false);
});
