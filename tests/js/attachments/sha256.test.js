import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { sha256 } from "#attachments/uploads/sha256.js";

for (const size of [0, 1, 55, 56, 63, 64, 119, 1024 * 1024, 1024 * 1024 + 57, 2_500_000]) {
  test(`SHA-256 of ${size} bytes is right with and without SubtleCrypto`, async () => {
    const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 31) % 251);
    const expected = createHash("sha256").update(bytes).digest("base64");

    assert.equal(await sha256(new Blob([bytes])), expected);
    assert.equal(await sha256(new Blob([bytes]), /** @type {any} */ (null)), expected);
  });
}
