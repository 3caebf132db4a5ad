import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import { labelled, list, number, percent, unit } from "#core/numbers.js";
import { exactLabel, shortLabel } from "#core/time.js";
import { sizeLabel } from "#attachments/files.js";
import { t } from "#messaging/i18n/index.js";
import { bytes, duration, exact } from "#workers/format.js";

/** @param {"fr" | "en"} lang */
function speak(lang) {
  Object.assign(globalThis, { document: { documentElement: { lang } } });
}

/** Return a text with plain spaces: which kind Intl takes differs by its version. @param {string} text */
const plain = (text) => text.replace(/\s/g, " ");

/** @param {() => string} say */
function inBoth(say) {
  return /** @type {const} */ (["fr", "en"]).map((lang) => (speak(lang), plain(say())));
}

describe("numbers, units, lists and labels follow the language of the page", () => {
  afterEach(() => Reflect.deleteProperty(globalThis, "document"));

  test("numbers have the separators of the language", () => {
    assert.deepEqual(inBoth(() => number(1234.56, 1)), ["1 234,6", "1,234.6"]);
    assert.deepEqual(inBoth(() => percent(0.42)), ["42 %", "42%"]);
  });

  test("units are words of the language", () => {
    assert.deepEqual(inBoth(() => unit(12, "minute")), ["12 min", "12 min"]);
    assert.deepEqual(inBoth(() => unit(1, "hour", { display: "long" })), ["1 heure", "1 hour"]);
    assert.deepEqual(inBoth(() => sizeLabel(3.44 * 1024 * 1024)), ["3,4 Mo", "3.4 MB"]);
    assert.deepEqual(inBoth(() => bytes(1_400_000)), ["1,4 Mo", "1.4 MB"]);
    assert.deepEqual(inBoth(() => duration(72)), ["1 min 12 s", "1 min 12 sec"]);
    assert.deepEqual(inBoth(() => duration(2 * 86_400 + 3 * 3_600)), ["2 j 3 h", "2 days 3 hr"]);
  });

  test("lists and labels have the punctuation of the language", () => {
    assert.deepEqual(inBoth(() => list(["Odile", "Marc", "Julien"])), ["Odile, Marc et Julien", "Odile, Marc, and Julien"]);
    speak("fr");
    assert.equal(labelled("Odile", "merci"), "Odile\u00a0: merci");
    speak("en");
    assert.equal(labelled("Odile", "thanks"), "Odile: thanks");
  });

  test("times of a list are short in both languages", () => {
    const now = new Date(2026, 10, 18, 15, 0);
    assert.deepEqual(inBoth(() => shortLabel(new Date(2026, 10, 18, 14, 48), now)), ["12 min", "12 min"]);
    assert.deepEqual(inBoth(() => shortLabel(new Date(2026, 10, 18, 9, 5), now)), ["09:05", "9:05 AM"]);
    assert.deepEqual(inBoth(() => shortLabel(new Date(2026, 9, 2), now)), ["2 oct.", "Oct 2"]);
    assert.deepEqual(inBoth(() => exactLabel(new Date(2026, 10, 16, 14, 32))), ["lundi 16 novembre 2026 à 14:32", "Monday, November 16, 2026 at 2:32 PM"]);
  });

  test("numbers inside texts are written as in the language, and agree with their nouns", () => {
    assert.deepEqual(inBoth(() => t("charactersLeft", { n: 9_800 })), ["9 800 caractères restants", "9,800 characters left"]);
    // French counts 0 as one.
    assert.deepEqual(inBoth(() => t("newBelow", { n: 0 })), ["0 nouveau message", "0 new messages"]);
  });

  test("moments are those of Paris, wherever the reader is", () => {
    assert.deepEqual(inBoth(() => exact("2026-07-03T13:04:05Z")), ["03/07/2026 15:04:05", "7/3/26, 3:04:05 PM"]);
  });
});
