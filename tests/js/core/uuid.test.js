import assert from "node:assert/strict";
import { test } from "node:test";

import { uuid7 } from "#core/uuid.js";

test("an id begins with its time and sorts by it", () => {
  const id = uuid7(0x0190_0000_0000);

  assert.match(id, /^01900000-0000-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(id < uuid7(0x0190_0000_0001));
});
