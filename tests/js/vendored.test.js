import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const VENDOR = new URL("../../core/static/core/vendor/", import.meta.url);
const INSTALLED = new URL("../../node_modules/", import.meta.url);
// The folder of each vendored package, and its name.
const PACKAGES = {
  lit: "lit",
  "lit-element": "lit-element",
  "lit-html": "lit-html",
  "noble-hashes": "@noble/hashes",
  "reactive-element": "@lit/reactive-element",
};

test("every folder of vendored files is compared with its package", () => {
  const folders = readdirSync(VENDOR, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  assert.deepEqual(folders.sort(), Object.keys(PACKAGES).sort());
});

for (const [folder, name] of Object.entries(PACKAGES)) {
  test(`the vendored ${name} is the published one, unchanged`, () => {
    const here = new URL(`${folder}/`, VENDOR);
    const there = new URL(`${name}/`, INSTALLED);
    for (const file of filesIn(here).filter((file) => file !== "VERSION")) {
      assert.ok(readFileSync(new URL(file, here)).equals(readFileSync(new URL(file, there))), `${name}/${file}`);
    }
    const { version } = JSON.parse(readFileSync(new URL("package.json", there), "utf8"));
    assert.equal(readFileSync(new URL("VERSION", here), "utf8").trim(), version);
  });
}

/** @param {URL} folder */
function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => `${parentPath}/${name}`.slice(folder.pathname.length).replace(/^\//, ""));
}
