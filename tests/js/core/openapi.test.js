import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../../", import.meta.url);

/** @param {string} path */
const read = (path) => readFileSync(new URL(path, ROOT), "utf8");

test("core/openapi.d.ts is made of core/openapi.yaml", () => {
  const made = execFileSync("node_modules/.bin/openapi-typescript", ["core/openapi.yaml", "--default-non-nullable=false"], { cwd: ROOT, encoding: "utf8" });

  assert.ok(made.includes("export interface components"));
  // The program ends what it prints with one more line end than what it writes.
  assert.equal(read("core/openapi.d.ts").trim(), made.trim(), "run `make schema` and commit core/openapi.d.ts");
});

for (const app of ["attachments", "core", "messaging", "notifications", "workers"]) {
  test(`the types of ${app} take the API's shapes from the document`, () => {
    const types = read(`${app}/static/${app}/types.js`);

    assert.match(types, /@import \{ Api \} from "#api"/);
    // A field that ends in `_at` or `_id` is the API's: the browser's own are in camelCase.
    assert.doesNotMatch(types.replace(/"[^"]*"/g, ""), /\b[a-z]+_(at|id|count|seq)\b/);
  });
}

test("every app with browser modules has its types looked at", () => {
  const apps = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  const withModules = apps.map(({ name }) => name).filter((name) => {
    try {
      return readdirSync(new URL(`${name}/static/${name}/`, ROOT)).includes("types.js");
    } catch {
      return false;
    }
  });

  assert.deepEqual(withModules.sort(), ["attachments", "core", "messaging", "notifications", "workers"]);
});
