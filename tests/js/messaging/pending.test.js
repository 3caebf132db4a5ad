import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { ApiError } from "#core/api.js";
import { sender } from "#messaging/state/pending.js";
import { keptChanges, keptNotes, pendingMessages, waitingConversation } from "#messaging/state/pending-view.js";

import { asMe, camille, message, odile } from "../people.js";

/** @import { Pending } from "#messaging/types.js" */

/** @param {Partial<Pending>} change @returns {Pending} */
const pending = (change) => ({ id: "x", conversation: "tiles", body: "", created_at: "2026-11-16T10:00:00Z", state: "waiting", error: "", ...change });

/** @param {Pending} sent @param {Record<string, (...given: any[]) => unknown>} api */
const send = (sent, api) => sender({ uploader: { announced: async (ids) => ids, refusals: () => [] }, api: /** @type {any} */ (api) })(sent);

const changed = () => {
  throw new ApiError(412, [{ code: "precondition_failed", detail: "Changé entre-temps.", attr: null }], null);
};

describe("an edit", () => {
  const edit = pending({ kind: "edit", target: "m1", body: "Deux", base: "Un", version: 4 });

  test("an edit is meant for the version that the person saw", async () => {
    /** @type {unknown[]} */
    let asked = [];

    await send(edit, { editMessage: (...given) => void (asked = given) });

    assert.deepEqual(asked, [{ id: "m1", conversation: "tiles" }, "Deux", 4]);
  });

  test("an edit whose answer was lost is done", async () => {
    const now = message(1, { body: "Deux", version: 5 });

    assert.equal(await send(edit, { editMessage: changed, getMessage: async () => now }), now);
  });

  test("an edit of a message whose file was analysed in between is sent for the new version", async () => {
    /** @type {unknown[]} */
    const versions = [];
    const editMessage = async (/** @type {unknown} */ _message, /** @type {string} */ body, /** @type {number} */ version) => {
      versions.push(version);
      return version === 5 ? message(1, { body }) : changed();
    };

    await send(edit, { editMessage, getMessage: async () => message(1, { body: "Un", version: 5 }) });

    assert.deepEqual(versions, [4, 5]);
  });

  for (const [name, now] of /** @type {[string, object][]} */ ([["changed on another device", { body: "Trois" }], ["deleted", { body: "", deleted_at: "2026-11-16T10:00:00Z" }]])) {
    test(`an edit of a message that was ${name} is refused`, async () => {
      await assert.rejects(async () => send(edit, { editMessage: changed, getMessage: async () => message(1, now) }), { status: 412 });
    });
  }
});

describe("a deletion", () => {
  test("what is not there any more is deleted", async () => {
    const missing = async () => {
      throw new ApiError(404, [], null);
    };

    assert.equal(await send(pending({ kind: "delete", target: "m1" }), { deleteMessage: missing }), null);
    assert.equal(await send(pending({ kind: "note-delete", target: "n1" }), { deleteNote: missing }), null);
  });
});

describe("a new conversation", () => {
  const opening = { id: "leak", subject: "Fuite", message: { id: "first", body: "Il pleut" } };
  const waiting = pending({ kind: "conversation", id: "first", conversation: "leak", opening, attachments: ["a"] });

  test("a conversation is opened with the files of its first message, under the ids of its form", async () => {
    /** @type {any} */
    let asked;

    await send(waiting, { openConversation: async (draft) => (asked = draft) });

    assert.deepEqual(asked, { ...opening, message: { ...opening.message, attachments: ["a"] } });
  });

  test("a waiting conversation has its first message as a bubble that stays the same", () => {
    const [bubble] = pendingMessages([waiting, pending({ kind: "read" })]);

    assert.deepEqual([bubble?.id, bubble?.body], ["first", "Il pleut"]);
    assert.equal(pendingMessages([waiting])[0], bubble);
    assert.equal(waitingConversation(waiting, asMe(camille)).subject, "Fuite");
  });
});

describe("changes on the screen", () => {
  const messages = [message(1), message(2)];

  test("a waiting edit shows its text, and the other messages stay the same", () => {
    const withChanges = keptChanges();
    const all = [pending({ kind: "edit", target: "m1", body: "Corrigé" }), pending({ kind: "message", body: "Bonjour" })];

    const shown = withChanges(messages, all);

    assert.deepEqual(shown.map(({ body }) => body), ["Corrigé", "Message 2"]);
    assert.equal(shown[1], messages[1]);
    assert.equal(withChanges(messages, [...all]), shown);
    assert.equal(withChanges(messages, []), messages);
  });

  test("a refused edit shows the text that the server has, beside the refused one", () => {
    const [shown] = keptChanges()(messages, [pending({ kind: "edit", target: "m1", body: "Corrigé", state: "failed" })]);

    assert.deepEqual([shown?.body, shown?.pending?.body], ["Message 1", "Corrigé"]);
  });

  test("notes on their way stand with the others, and one that is there is shown once", () => {
    const note = { id: "n1", conversation: "tiles", author: odile, body: "Rappeler", attachments: [], mentions: [], created_at: "2026-11-16T09:00:00Z", edited_at: null };
    const withNotes = keptNotes(odile);
    const all = [pending({ kind: "note", id: "n1", body: "Rappeler" }), pending({ kind: "note", id: "n2", body: "Urgent" }), pending({ kind: "note-delete", target: "n1" })];

    const shown = withNotes([note], all);

    assert.deepEqual(shown.map(({ id, pending: change }) => [id, change?.kind]), [["n1", "note-delete"], ["n2", "note"]]);
  });
});
