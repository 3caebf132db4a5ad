import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { withNames } from "#messaging/state/named-people.js";
import { filled, languageOf, textOf } from "#messaging/state/replies.js";
import { baseOf, newsSince } from "#messaging/state/thread-news.js";
import { beginning, typedWord } from "#messaging/state/typed-word.js";

import { bruno, camille, conversation, message, odile } from "../people.js";

/** @import { Person } from "#core/types.js" */

/** @type {Person} */
const marc = { id: "marc", name: "Marc Vidal", role: "manager" };
/** @type {Person} */
const elodie = { id: "elodie", name: "Élodie N’Diaye", role: "staff" };

describe("the word that is typed", () => {
  for (const [text, expected] of /** @type {[string, string | null][]} */ ([
    ["/", "/"], ["Bonjour /rel", "/rel"], ["Bonjour\n/rel", "/rel"], ["@Éli", "@Éli"], ["vu avec (@od", "@od"],
    ["le 12/11", null], ["et/ou", null], ["https://site", null], ["odile@demo", null], ["/deux mots", null], ["/ ", null],
  ])) {
    test(`«${text.replace("\n", "⏎")}» begins ${expected ?? "nothing"}`, () => {
      const word = typedWord(text, text.length);

      assert.equal(word && word.sign + word.query, expected);
    });
  }

  test("what stands after the caret is not part of it", () => {
    assert.deepEqual(typedWord("/relance", 4), { sign: "/", start: 0, end: 4, query: "rel" });
  });

  test("choices are found by the beginning of their words, without accents", () => {
    const found = (/** @type {string} */ query) => beginning([odile, marc, elodie], query, ({ name }) => name).map(({ id }) => id);

    assert.deepEqual([found("elo"), found("vid"), found("o"), found("x")], [["elodie"], ["marc"], ["odile"], []]);
  });
});

describe("a canned reply", () => {
  const chantier = { id: "villa", name: "Villa Lumière", reference: "CH-2041" };
  const about = { conversation: conversation({ chantier }), messages: [message(1, { author: camille })], me: odile };

  test("is filled in with what the conversation is about", () => {
    const text = "Bonjour {prenom}, pour {chantier} ({reference}), « {sujet} ». {moi}, pour {client}";

    assert.deepEqual(filled(text, about), {
      text: "Bonjour Camille, pour Villa Lumière (CH-2041), « Carrelage du séjour ». Odile Perrin, pour Famille Morel", missing: [],
    });
  });

  test("names what is not known, and leaves it in its place", () => {
    const free = { ...about, conversation: conversation() };

    assert.deepEqual(filled("Pour {chantier} et {cleint}, {chantier}", free), { text: "Pour {chantier} et {cleint}, {chantier}", missing: ["{chantier}", "{cleint}"] });
  });

  test("follows the language of who wrote last for the client", () => {
    const participants = [{ ...camille, locale: /** @type {const} */ ("fr"), last_read_seq: 0 }, { ...bruno, locale: /** @type {const} */ ("en"), last_read_seq: 0 }];
    const both = conversation({ participants });

    assert.equal(languageOf({ conversation: both, messages: [] }), "fr");
    assert.equal(languageOf({ conversation: both, messages: [message(1, { author: bruno }), message(2)] }), "en");
  });

  test("is in the other language if it has no text in this one", () => {
    assert.deepEqual(textOf({ text_fr: "Merci", text_en: "" }, "en"), { text: "Merci", language: "fr" });
  });
});

describe("what is new since a draft was begun", () => {
  const base = baseOf(conversation({ last_seq: 2 }), []);
  const note = { id: "n1", conversation: "tiles", author: marc, body: "Je l’appelle", attachments: [], mentions: [], created_at: "2026-11-16T09:30:00Z", edited_at: null };
  const now = (/** @type {Partial<Parameters<typeof newsSince>[1]>} */ change) =>
    newsSince(base, { conversation: conversation({ last_seq: 4 }), messages: [1, 2, 3, 4].map((seq) => message(seq)), notes: [], me: odile, ...change });

  test("is nothing if only oneself has written", () => {
    assert.equal(now({}), null);
  });

  test("names who has written, with the first line", () => {
    const messages = [message(2), message(3, { author: camille, body: "\nTrop tard\nmerci" }), message(4, { author: marc, body: "" })];
    const news = now({ messages, notes: [note] });

    assert.deepEqual(news?.shown.map(({ name, line, isNote }) => [name, line, isNote]), [
      ["Camille Morel", "Trop tard", false], ["Marc Vidal", "", false], ["Marc Vidal", "Je l’appelle", true],
    ]);
  });

  test("is not what was there before, nor what was deleted", () => {
    const messages = [message(3, { author: camille, deleted_at: "2026-11-16T09:10:00Z" })];
    const after = baseOf(conversation({ last_seq: 2 }), [note]);

    assert.equal(newsSince(after, { conversation: conversation({ last_seq: 3 }), messages, notes: [note], me: odile }), null);
  });

  test("is no note of before, if the notes came after the draft was begun", () => {
    const early = baseOf(conversation({ last_seq: 4 }), undefined);

    assert.equal(newsSince(early, { conversation: conversation({ last_seq: 4 }), messages: [], notes: [note], me: odile }), null);
  });

  test("counts what is not loaded", () => {
    assert.equal(now({ messages: [message(4, { author: camille })] })?.count, 2);
  });
});

describe("the names in a note", () => {
  const parts = (/** @type {string} */ text) => withNames(text, [marc, elodie]).map(({ text: part, person }) => (person ? `[${part}]` : part)).join("");

  for (const [text, expected] of /** @type {[string, string][]} */ ([
    ["Voir @Marc Vidal.", "Voir [@Marc Vidal]."], ["@marc et @elodie", "[@marc] et [@elodie]"],
    ["@Marcel, odile@marc.fr", "@Marcel, odile@marc.fr"], ["Rien", "Rien"],
  ])) {
    test(`«${text}» marks who is mentioned`, () => assert.equal(parts(text), expected));
  }
});
