import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { fileHash, filesAddress, messageHash, routeOf } from "#messaging/state/routes.js";

const ID = "018f0000-0000-7000-8000-000000000000";

describe("routeOf", () => {
  it("an address with a message hash names the message", () => {
    const route = routeOf("/client/messages", `/client/messages/${ID}`, messageHash(ID));

    assert.deepEqual(route, { pane: "thread", id: ID, files: "", message: ID, file: "" });
  });

  it("an address with the hash of a photo names the photo", () => {
    const route = routeOf("/client/messages", `/client/messages/${ID}`, fileHash(ID));

    assert.deepEqual(route, { pane: "thread", id: ID, files: "", message: "", file: ID });
  });

  it("the page of the files, and its older addresses, name them", () => {
    const path = `/client/messages/${ID}`;
    const filesOf = (/** @type {string} */ address) => {
      const { pathname, hash } = new URL(address, "https://liaison.example");
      const route = routeOf("/client/messages", pathname, hash);
      assert.equal("id" in route && route.id, ID);
      return "files" in route && route.files;
    };

    assert.equal(filesOf(filesAddress(path, "conversation")), "conversation");
    assert.equal(filesOf(filesAddress(`${path}/files`, "chantier", "?q=plan")), "chantier");
    assert.equal(filesOf(filesAddress(`${path}/files`, "")), "");
    assert.equal(filesOf(`${path}#files`), "conversation");
    assert.equal(filesOf(`${path}#files-chantier`), "chantier");
    assert.equal(filesOf(`${path}/files${fileHash(ID)}`), "conversation");
  });

  it("an address with another hash names no message", () => {
    for (const hash of ["", "#m-", "#m-<script>", `#m-${ID}"]`, "#files"]) {
      const route = routeOf("/client/messages", `/client/messages/${ID}`, hash);
      assert.equal("message" in route && route.message, "");
    }
  });
});
