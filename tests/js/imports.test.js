import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
// The apps whose modules an app may import, besides its own.
const APPS = { core: [], attachments: ["core"], messaging: ["attachments", "core"], notifications: ["core"], workers: ["core"] };
// The folders of an app whose modules a folder may not import.
const FORBIDDEN = { state: ["components", "pages"], uploads: ["components"], components: ["pages"] };

// Types alone, from the OpenAPI document.
const API_TYPES = "#api";

const IMPORT = /(?:from|import)\s+"(?<name>[#.][^"]+)"/g;

/** @param {string} app */
function modulesOf(app) {
  const folder = new URL(`${app}/static/${app}/`, ROOT);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".js") && !file.startsWith("vendor/")).map((file) => ({ file, url: new URL(file, folder) }));
}

/** @param {URL} url @returns {string[]} */
function importsOf(url) {
  return [...readFileSync(url, "utf8").matchAll(IMPORT)].map(({ groups }) => groups?.name ?? "");
}

for (const [app, allowed] of Object.entries(APPS)) {
  test(`modules of ${app} import only apps below it`, () => {
    for (const { file, url } of modulesOf(app)) {
      for (const name of importsOf(url).filter((each) => each.startsWith("#") && each !== API_TYPES)) {
        const other = name.slice(1).split("/")[0] ?? "";
        assert.ok([app, ...allowed].includes(other), `${app}/${file} imports ${name}`);
      }
    }
  });

  test(`folders of ${app} import only folders below them`, () => {
    for (const { file, url } of modulesOf(app)) {
      const forbidden = FORBIDDEN[/** @type {keyof typeof FORBIDDEN} */ (file.split("/")[0])] ?? [];
      for (const name of importsOf(url).filter((each) => each.startsWith("."))) {
        const folder = new URL(name, url).pathname.split(`/static/${app}/`)[1]?.split("/")[0] ?? "";
        assert.ok(!forbidden.includes(folder), `${app}/${file} imports ${name}`);
      }
    }
  });
}
