import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { describe, test } from "node:test";

import { t } from "#messaging/i18n/index.js";

describe("texts", () => {
  /** @param {string} folder @param {string} language @returns {Promise<Record<string, unknown>>} */
  const texts = async (folder, language) => (await import(`#${folder}/${language}.js`)).default;
  // An app has texts of all its pages, and of some pages alone.
  const folders = ["attachments", "core", "messaging", "notifications", "workers"].flatMap((app) =>
    readdirSync(`${app}/static/${app}`, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith("/fr.js"))
      .map((path) => `${app}/${dirname(path)}`),
  );

  test("the texts of each app are found", () => {
    for (const folder of ["core/i18n", "messaging/i18n", "notifications/i18n/preferences"]) assert.ok(folders.includes(folder), folder);
  });

  for (const folder of folders) {
    test(`texts of ${folder} exist in both languages`, async () => {
      const [en, fr] = [await texts(folder, "en"), await texts(folder, "fr")];

      assert.deepEqual(Object.keys(en).sort(), Object.keys(fr).sort());
    });

    test(`French texts of ${folder} have no-break spaces before their signs`, async () => {
      // U+00A0 before a colon and inside « », U+202F before ; ! ?
      assert.deepEqual(JSON.stringify(await texts(folder, "fr")).match(/[^"]* [:;?!»][^"]*|[^"]*« [^"]*/g), null);
    });
  }

  test("a text agrees with its number", () => {
    assert.equal(t("unreadCount", { n: 1 }), "1 message non lu");
    assert.equal(t("unreadCount", { n: 3 }), "3 messages non lus");
  });
});
