import assert from "node:assert/strict";
import { test } from "node:test";

import { backoff } from "#core/backoff.js";

test("waits between tries double up to a limit", () => {
  assert.equal(backoff(0, { first: 1000, random: () => 1 }), 1000);
  assert.equal(backoff(3, { first: 1000, random: () => 0 }), 4000);
  assert.equal(backoff(30, { longest: 30_000, random: () => 1 }), 30_000);
});
