import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { backoff } from "#core/backoff.js";
import { EventParser } from "#core/sse.js";
import { dayLabel, shortLabel } from "#core/time.js";
import { uuid7 } from "#core/uuid.js";
import { t } from "#messaging/i18n/index.js";
import { linkify } from "#messaging/components/linkify.js";

describe("links in a text", () => {
  /** @param {string} text */
  const links = (text) => linkify(text).filter(({ href }) => href).map(({ href }) => href);

  test("are addresses, mail and French phone numbers", () => {
    const text = "Voir https://exemple.fr/é?a=1, www.exemple.fr, odile@exemple.fr ou 06 12 34 56 78.";

    assert.deepEqual(links(text), ["https://exemple.fr/é?a=1", "https://www.exemple.fr", "mailto:odile@exemple.fr", "tel:0612345678"]);
  });

  test("end before the punctuation that follows them", () => {
    assert.deepEqual(links("(https://exemple.fr/plan)."), ["https://exemple.fr/plan"]);
    assert.deepEqual(links("https://fr.wikipedia.org/wiki/Chaux_(matière)"), ["https://fr.wikipedia.org/wiki/Chaux_(matière)"]);
  });

  test("are never code", () => {
    assert.deepEqual(links("javascript:alert(1) data:text/html,x"), []);
  });

  test("leave references and prices alone", () => {
    assert.deepEqual(links("Facture 20260612345678, 1 200,50 €, GC-6060"), []);
  });

  test("lose no character of the text", () => {
    const text = "Un <b>texte</b>\nhttps://exemple.fr, puis la suite";
    assert.equal(linkify(text).map((piece) => piece.text).join(""), text);
  });
});

describe("dates", () => {
  const now = new Date(2026, 10, 18, 15, 0);

  test("are said as people say them", () => {
    assert.equal(dayLabel(new Date(2026, 10, 18, 9), now), "aujourd’hui");
    assert.equal(dayLabel(new Date(2026, 10, 17, 23), now), "hier");
    assert.equal(dayLabel(new Date(2026, 10, 16, 9), now), "lundi 16 novembre");
    assert.equal(dayLabel(new Date(2025, 10, 16, 9), now), "dimanche 16 novembre 2025");
  });

  test("are short in a list", () => {
    assert.equal(shortLabel(new Date(2026, 10, 18, 14, 48), now), "12 min");
    assert.equal(shortLabel(new Date(2026, 10, 18, 9, 5), now), "09:05");
    assert.equal(shortLabel(new Date(2026, 10, 17, 9), now), "hier");
    assert.equal(shortLabel(new Date(2026, 9, 2), now), "2 oct.");
  });
});

describe("texts", () => {
  /** @param {string} app @param {string} language @returns {Promise<Record<string, unknown>>} */
  const texts = async (app, language) => (await import(`#${app}/i18n/${language}.js`)).default;

  for (const app of ["attachments", "core", "messaging", "notifications", "workers"]) {
    test(`of ${app} exist in both languages`, async () => {
      const [en, fr] = [await texts(app, "en"), await texts(app, "fr")];

      assert.deepEqual(Object.keys(en).sort(), Object.keys(fr).sort());
    });

    test(`of ${app} keep French signs on the line of their word`, async () => {
      // U+00A0 before a colon and inside « », U+202F before ; ! ?
      assert.deepEqual(JSON.stringify(await texts(app, "fr")).match(/[^"]* [:;?!»][^"]*|[^"]*« [^"]*/g), null);
    });
  }

  test("agree with their number", () => {
    assert.equal(t("unreadCount", { n: 1 }), "1 message non lu");
    assert.equal(t("unreadCount", { n: 3 }), "3 messages non lus");
  });
});

describe("a stream of events", () => {
  test("is cut wherever the network cuts it", () => {
    const text = ": still here\r\n\r\nevent: typing\ndata: {\"a\":\ndata: 1}\n\ndata: x\n\n";
    const expected = [{ type: "typing", data: '{"a":\n1}' }, { type: "message", data: "x" }];

    for (let size = 1; size <= text.length; size++) {
      const parser = new EventParser();
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
      assert.deepEqual(pieces.flatMap((piece) => parser.push(piece)), expected);
    }
  });
});

test("an id begins with its time, in order", () => {
  const id = uuid7(0x0190_0000_0000);

  assert.match(id, /^01900000-0000-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(id < uuid7(0x0190_0000_0001));
});

test("tries are spread out, further and further, up to a limit", () => {
  assert.equal(backoff(0, { first: 1000, random: () => 1 }), 1000);
  assert.equal(backoff(3, { first: 1000, random: () => 0 }), 4000);
  assert.equal(backoff(30, { longest: 30_000, random: () => 1 }), 30_000);
});
