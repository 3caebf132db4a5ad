import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

import { LANGUAGES, PAGES, ROOT, fileOf } from "../../deploy/bundles/sources.js";

/** @typedef {{ script: string, preloads: string[], later: string[] }} Page */

const BUILD = fileURLToPath(new URL("../../deploy/bundles/build.js", import.meta.url));
const out = mkdtempSync(`${tmpdir()}/bundles-`);
after(() => rmSync(out, { recursive: true }));
build();
const manifest = JSON.parse(read("manifest.json"));
/** @type {{ name: string, language: string, page: Page }[]} */
const pages = LANGUAGES.flatMap((language) =>
  Object.entries(manifest.languages[language]).map(([name, page]) => ({ name, language, page: /** @type {Page} */ (page) })),
);

/** @param {string[]} options */
function build(...options) {
  execFileSync(process.execPath, [BUILD, `--out=${out}`, ...options]);
}

/** @param {string} name */
function read(name) {
  return readFileSync(`${out}/${name}`, "utf8");
}

/** @param {Page} page */
function filesOf({ script, preloads, later }) {
  return [script, ...preloads, ...later];
}

test("each page of the settings is published in each language", () => {
  for (const language of LANGUAGES) assert.deepEqual(Object.keys(manifest.languages[language]).sort(), Object.keys(PAGES).sort());
});

for (const { name, language, page } of pages) {
  test(`${name} in ${language} defines each of its elements once`, () => {
    const defined = filesOf(page).flatMap((file) => [...read(file).matchAll(/customElements\.define\("([^"]+)"/g)].map(([, tag]) => tag));
    // The page without a network has no element of ours.
    assert.ok(name === "offline" || defined.length > 5);
    assert.deepEqual(defined, [...new Set(defined)]);
  });

  test(`${name} in ${language} imports published files alone, all of them named in the manifest`, () => {
    for (const file of filesOf(page)) {
      const imported = [...read(file).matchAll(/(?<!")\b(?:from|import)\(?"([^"<>\s{}]+)"/g)].map(([, path]) => path ?? "");
      for (const path of imported) assert.ok(filesOf(page).includes(path.replace("./", "")), `${file} imports ${path}`);
    }
  });

  test(`${name} in ${language} loads few scripts at first`, () => {
    // What comes after the first screen shares a chunk with it.
    const most = name.endsWith("-messages") ? 3 : 6;
    assert.ok(1 + page.preloads.length <= most, page.preloads.join(" "));
  });
}

test("a page holds the texts of its own language alone", () => {
  const french = pages.filter(({ language }) => language === "fr").flatMap(({ page }) => filesOf(page).map(read)).join("");
  const english = pages.filter(({ language }) => language === "en").flatMap(({ page }) => filesOf(page).map(read)).join("");
  for (const [key, only] of Object.entries(textsOfOneLanguage())) {
    assert.ok(french.includes(only.fr) && !english.includes(only.fr), key);
    assert.ok(english.includes(only.en) && !french.includes(only.en), key);
  }
});

/** A sentence of each app, in both languages. @returns {Record<string, { fr: string, en: string }>} */
function textsOfOneLanguage() {
  return Object.fromEntries(
    ["attachments", "messaging", "notifications", "workers"].map((app) => [app, { fr: longestText(app, "fr"), en: longestText(app, "en") }]),
  );
}

/** @param {string} app @param {string} language */
function longestText(app, language) {
  const texts = [...readFileSync(fileOf(`${app}/i18n/${language}.js`), "utf8").matchAll(/: "([\w ’,éèà.]{20,})"/g)].map(([, text]) => text ?? "");
  return texts.sort((one, other) => other.length - one.length)[0] ?? "";
}

test("files are compressed beside themselves, and their names hold a hash", () => {
  const names = readdirSync(out).filter((name) => /\.(js|css|svg)$/.test(name));
  assert.ok(names.length > 10);
  for (const name of names) {
    assert.match(name, /-[A-Z0-9]{8}\.(js|css|svg)$/);
    assert.equal(brotliDecompressSync(readFileSync(`${out}/${name}.br`)).toString(), read(name));
    assert.equal(gunzipSync(readFileSync(`${out}/${name}.gz`)).toString(), read(name));
  }
});

test("a second build makes the same names, and none is made while nothing has changed", () => {
  const before = read("manifest.json");
  build();
  assert.equal(read("manifest.json"), before);
  const { mtimeMs } = statSync(`${out}/manifest.json`);
  build("--if-changed");
  assert.equal(statSync(`${out}/manifest.json`).mtimeMs, mtimeMs);
});

test("the style sheet finds its picture", () => {
  const [sheet] = manifest.styles;
  assert.match(read(sheet), new RegExp(`url\\("?\\./${manifest.images[0]}`));
});

test("the folder of published files is empty in the repository", () => {
  assert.match(readFileSync(`${ROOT}core/bundles/.gitignore`, "utf8"), /^\*$/m);
});
