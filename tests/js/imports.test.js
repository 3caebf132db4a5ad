import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const APPS = ["attachments", "core", "messaging", "notifications", "workers"];
// The folders of an app whose modules a folder may not import.
/** @type {Record<string, string[]>} */
const FORBIDDEN = { state: ["components", "pages"], uploads: ["components"], components: ["pages"] };

for (const app of APPS) {
  test(`folders of ${app} import only folders below them`, () => {
    const root = new URL(`${app}/static/${app}/`, ROOT);
    for (const file of readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"))) {
      const forbidden = FORBIDDEN[folderOf(file)] ?? [];
      for (const imported of importsOf(new URL(file, root))) {
        const folder = folderOf(imported.pathname.slice(root.pathname.length));
        assert.ok(!forbidden.includes(folder), `${app}/${file} imports ${imported.pathname}`);
      }
    }
  });
}

/** @param {string} file */
function folderOf(file) {
  return file.split("/")[0] ?? "";
}

/** @param {URL} url @returns {URL[]} the modules of the same app that it imports */
function importsOf(url) {
  const found = readFileSync(url, "utf8").matchAll(/(?:from|import)\s+"(?<name>\.[^"]+)"/g);
  return [...found].map(({ groups }) => new URL(groups?.name ?? "", url));
}
