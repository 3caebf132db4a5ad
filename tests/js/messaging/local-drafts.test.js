import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { LocalDrafts } from "#messaging/state/local-drafts.js";

import { MemoryStorage } from "../memory-storage.js";

/** @type {LocalDrafts} */
let drafts;

beforeEach(() => {
  drafts = new LocalDrafts("camille", /** @type {any} */ (new MemoryStorage()));
});

describe("a draft", () => {
  test("a draft is stored for its conversation and deleted when emptied", () => {
    drafts.keepDraft("reply:tiles", "Bonj");
    assert.equal(drafts.draft("reply:tiles"), "Bonj");

    drafts.keepDraft("reply:tiles", " ");

    assert.equal(drafts.draft("reply:tiles"), "");
  });

  test("a draft remembers where its caret was, and its end is nowhere special", () => {
    drafts.keepDraft("reply:tiles", "Bonjour", 3);
    assert.equal(drafts.caret("reply:tiles"), 3);

    drafts.keepDraft("reply:tiles", "Bonjour à tous");
    assert.equal(drafts.caret("reply:tiles"), 14);
  });
});
