import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { TARGET, renderedStyles } from "../../deploy/bundles/rendered-styles.js";

test("the styles of the server's HTML are those of the elements: run `npm run styles`", async () => {
  assert.equal(readFileSync(TARGET, "utf8"), await renderedStyles());
});
