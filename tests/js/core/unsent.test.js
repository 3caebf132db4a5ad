import assert from "node:assert/strict";
import { test } from "node:test";

import { countUnsent } from "#core/unsent.js";

test("a logout counts messages and files, and neither drafts nor read marks", () => {
  const storage = {
    "liaison:unsent:camille:m1": "", "liaison:unsent:camille:edit-m2": "", "liaison:unsent:camille:read-tiles": "",
    "liaison:unsent-file:camille:f1": "", "liaison:draft:camille:reply:tiles": "", "liaison-original-size": "",
  };

  assert.deepEqual(countUnsent(storage), { messages: 2, files: 1 });
});
