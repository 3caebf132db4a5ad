import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { conditionOf, folderOf, isSameQuery, parametersOf, queryIn, searchOf } from "#messaging/state/list-query.js";

const me = /** @type {any} */ ({ id: "odile", role: "staff" });
const marc = { id: "marc", name: "Marc" };
const OPEN = { id: "1", status: "open", snoozed_until: null, awaiting_reply_since: null, answer_due_at: null, assigned_to: null, client: { id: "morel" }, chantier: { id: "villa" } };

/** @param {Record<string, string>} query @param {object} changes @param {string[]} [unread] */
function holds(query, changes, unread = []) {
  return conditionOf(query, { me, unread: new Map(unread.map((id) => [id, 1])) })(/** @type {any} */ ({ ...OPEN, ...changes }));
}

describe("the address of the company's list", () => {
  test("names a folder, an order and what narrows it, and no other word", () => {
    assert.deepEqual(queryIn("?folder=mine&sort=answer_due&unread=true&find=x&before=3"), { folder: "mine", sort: "answer_due", unread: "true" });
    assert.equal(searchOf({ folder: "mine", sort: "answer_due" }), "?folder=mine&sort=answer_due");
    assert.equal(searchOf({}), "");
  });

  test("of an unknown folder is that of all", () => {
    assert.deepEqual(queryIn("?folder=lost"), {});
    assert.deepEqual(queryIn("?folder=open"), {});
    assert.equal(folderOf({}), "open");
  });

  test("from before there were folders still opens", () => {
    assert.deepEqual(queryIn("?filter=unassigned"), { folder: "unassigned" });
    assert.deepEqual(queryIn("?filter=awaiting"), { folder: "to_answer" });
    assert.deepEqual(queryIn("?filter=unread"), { unread: "true" });
  });

  test("of a search has the client of the search, not of the list", () => {
    assert.deepEqual(queryIn("?q=portail&client=1&folder=mine"), { folder: "mine" });
  });

  test("asks for the open ones unless it names a folder or a status", () => {
    assert.deepEqual(parametersOf({ sort: "answer_due" }), { sort: "answer_due", status: "open" });
    assert.deepEqual(parametersOf({ folder: "closed" }), { folder: "closed" });
  });

  test("is the same in another order of its words", () => {
    assert.ok(isSameQuery({ folder: "mine", sort: "answer_due" }, { sort: "answer_due", folder: "mine" }));
    assert.ok(!isSameQuery({ folder: "mine" }, {}));
  });
});

describe("a folder in the browser", () => {
  const waits = { awaiting_reply_since: "2026-11-27T08:00:00Z", answer_due_at: "2026-11-27T12:00:00Z" };
  const later = { snoozed_until: "2026-12-01T08:00:00Z" };

  test("to answer holds what waits, and not what is put off or closed", () => {
    assert.ok(holds({ folder: "to_answer" }, waits));
    for (const changes of [{}, { ...waits, ...later }, { ...waits, status: "closed" }]) assert.ok(!holds({ folder: "to_answer" }, changes));
  });

  test("holds the reader's own, nobody's, what is put off, and the closed ones", () => {
    assert.ok(holds({ folder: "mine" }, { assigned_to: me }));
    assert.ok(!holds({ folder: "mine" }, { assigned_to: marc }));
    assert.ok(holds({ folder: "unassigned" }, {}));
    assert.ok(!holds({ folder: "unassigned" }, later));
    assert.ok(holds({ folder: "snoozed" }, later));
    assert.ok(holds({ folder: "closed" }, { status: "closed" }));
    assert.ok(holds({}, later));
    assert.ok(!holds({}, { status: "closed" }));
  });

  test("is narrowed by unread, owner, client and chantier, and by the clock", () => {
    assert.ok(holds({ unread: "true" }, {}, ["1"]));
    assert.ok(!holds({ unread: "true" }, {}, ["2"]));
    assert.ok(holds({ assigned_to: "marc" }, { assigned_to: marc }));
    assert.ok(holds({ assigned_to: "none" }, {}));
    assert.ok(!holds({ assigned_to: "me" }, { assigned_to: marc }));
    assert.ok(!holds({ client: "haddad" }, {}));
    assert.ok(holds({ chantier: "villa" }, {}));
    assert.ok(!holds({ sort: "answer_due" }, {}));
  });
});
