import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { foundHere, partsOf, placesOf, wordsOf } from "#messaging/state/found.js";
import { Store } from "#messaging/state/store.js";

/** @param {string} text @param {string} q */
const marked = (text, q) => partsOf(text, placesOf(text, wordsOf(q)) ?? []).map((part) => (part.isHit ? `[${part.text}]` : part.text)).join("");

describe("what is found without network", () => {
  test("words are found whatever their accents, capitals and order", () => {
    assert.equal(marked("Le béton du Séjour", "sejour BETON"), "Le [béton] du [Séjour]");
    assert.equal(marked("Un bétonnage", "beton"), "Un [béton]nage");
  });

  test("an emoji before a hit does not move it", () => {
    assert.equal(marked("🏗️👷🏽 Le béton", "béton"), "🏗️👷🏽 Le [béton]");
  });

  test("a word inside another one, or one of two that is missing, is not found", () => {
    assert.equal(placesOf("Le carrelage", wordsOf("age")), null);
    assert.equal(placesOf("Le carrelage", wordsOf("carrelage béton")), null);
    assert.equal(placesOf("Le carrelage", wordsOf("…")), null);
  });

  test("conversations and loaded messages are found, and nothing deleted", () => {
    const person = { id: "p", name: "Camille Morel", role: "client" };
    const conversation = /** @type {any} */ ({
      id: "c", version: 3, last_seq: 3, subject: "Dalle du garage", client: { name: "Morel" }, chantier: null, archived_at: null,
      last_activity_at: "2026-11-28T10:00:00Z", last_message: null, participants: [person],
    });
    const message = (/** @type {number} */ seq, /** @type {string} */ body, deleted_at = null) =>
      /** @type {any} */ ({ id: `m${seq}`, conversation: "c", seq, version: seq, author: person, body, attachments: [], created_at: `2026-11-28T10:0${seq}:00Z`, deleted_at });
    const store = new Store(/** @type {any} */ ({ ...person, epoch: "e" }));
    store.mergeConversations([conversation]);
    store.mergePage("c", { results: [message(1, "La dalle"), message(2, "", /** @type {any} */ ("2026")), message(3, "Dalle finie")], has_before: false, has_after: false });

    const found = foundHere(store, "dalle");

    assert.deepEqual(found.conversations.map(({ id, excerpt, hits }) => [id, excerpt, hits]), [["c", "Dalle du garage · Morel", [[0, 5]]]]);
    assert.deepEqual(found.messages.map(({ id }) => id), ["m3", "m1"]);
    assert.deepEqual(foundHere(store, "dalle", "other"), { conversations: [], messages: [] });
  });
});
