import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { messageHash, routeOf } from "#messaging/state/routes.js";

const ID = "018f0000-0000-7000-8000-000000000000";

describe("routeOf", () => {
  it("knows the message that an address names", () => {
    const route = routeOf("/client/messages", `/client/messages/${ID}`, messageHash(ID));

    assert.deepEqual(route, { pane: "thread", id: ID, files: "", message: ID });
  });

  it("takes nothing else for a message", () => {
    for (const hash of ["", "#m-", "#m-<script>", `#m-${ID}"]`, "#files"]) {
      const route = routeOf("/client/messages", `/client/messages/${ID}`, hash);
      assert.equal("message" in route && route.message, "");
    }
  });
});
