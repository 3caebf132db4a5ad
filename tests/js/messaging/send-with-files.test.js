import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { sendWithFiles } from "#messaging/state/send-with-files.js";

import { message } from "../people.js";

describe("a message with files", () => {
  /** @type {import("#messaging/types.js").PendingMessage} */
  const pending = { id: "m1", conversation: "tiles", body: "", attachments: ["a", "b"], created_at: "", state: "sending", error: "" };

  test("a message names only the files that the server knows", async () => {
    /** @type {string[] | undefined} */
    let named;
    const uploader = { announced: async () => ["b"], refusals: () => [] };

    await sendWithFiles(pending, { uploader, send: async ({ attachments }) => ((named = attachments), message(1)) });

    assert.deepEqual(named, ["b"]);
  });

  test("a message with only refused files is refused", async () => {
    const uploader = { announced: async () => [], refusals: () => ["Ce type ne va pas."] };

    await assert.rejects(sendWithFiles(pending, { uploader, send: async () => message(1) }), { message: "Ce type ne va pas.", isTemporary: false });
  });
});
