import assert from "node:assert/strict";
import { test } from "node:test";

import { EventParser } from "#core/sse.js";

test("a stream of events is parsed wherever the network cuts it", () => {
  const text = ": still here\r\n\r\nevent: typing\ndata: {\"a\":\ndata: 1}\n\ndata: x\n\n";
  const expected = [{ type: "typing", data: '{"a":\n1}' }, { type: "message", data: "x" }];

  for (let size = 1; size <= text.length; size++) {
    const parser = new EventParser();
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
    assert.deepEqual(pieces.flatMap((piece) => parser.push(piece)), expected);
  }
});
