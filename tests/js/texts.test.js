import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { t } from "#messaging/i18n/index.js";

describe("texts", () => {
  /** @param {string} app @param {string} language @returns {Promise<Record<string, unknown>>} */
  const texts = async (app, language) => (await import(`#${app}/i18n/${language}.js`)).default;

  for (const app of ["attachments", "core", "messaging", "notifications", "workers"]) {
    test(`texts of ${app} exist in both languages`, async () => {
      const [en, fr] = [await texts(app, "en"), await texts(app, "fr")];

      assert.deepEqual(Object.keys(en).sort(), Object.keys(fr).sort());
    });

    test(`French texts of ${app} have no-break spaces before their signs`, async () => {
      // U+00A0 before a colon and inside « », U+202F before ; ! ?
      assert.deepEqual(JSON.stringify(await texts(app, "fr")).match(/[^"]* [:;?!»][^"]*|[^"]*« [^"]*/g), null);
    });
  }

  test("a text agrees with its number", () => {
    assert.equal(t("unreadCount", { n: 1 }), "1 message non lu");
    assert.equal(t("unreadCount", { n: 3 }), "3 messages non lus");
  });
});
