import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { messageHash, routeOf } from "#messaging/state/routes.js";

const ID = "018f0000-0000-7000-8000-000000000000";

describe("routeOf", () => {
  it("an address with a message hash names the message", () => {
    const route = routeOf("/client/messages", `/client/messages/${ID}`, messageHash(ID));

    assert.deepEqual(route, { pane: "thread", id: ID, files: "", message: ID });
  });

  it("an address with another hash names no message", () => {
    for (const hash of ["", "#m-", "#m-<script>", `#m-${ID}"]`, "#files"]) {
      const route = routeOf("/client/messages", `/client/messages/${ID}`, hash);
      assert.equal("message" in route && route.message, "");
    }
  });
});
