import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import "fake-indexeddb/auto";

import { SavedStore, savedHere } from "#core/saved-store.js";

/** @param {string} person */
async function claimed(person) {
  const saved = new SavedStore(person);
  await saved.claim({ side: "client", lang: "fr" });
  return saved;
}

/** What logging out does. @returns {Promise<void>} */
function logOut() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase("liaison:saved");
    request.onsuccess = () => resolve();
    request.onblocked = request.onerror = () => reject(new Error("a page keeps the database open"));
  });
}

/** Every record as the device holds it. @returns {Promise<any[]>} */
async function records() {
  /** @type {IDBDatabase} */
  const database = await new Promise((resolve) => (indexedDB.open("liaison:saved").onsuccess = ({ target }) => resolve(/** @type {any} */ (target).result)));
  const all = ["about", "conversations", "previews", "sheets"].map(
    (name) => new Promise((resolve) => (database.transaction(name).objectStore(name).getAll().onsuccess = ({ target }) => resolve(/** @type {any} */ (target).result))),
  );
  const found = (await Promise.all(all)).flat();
  database.close();
  return found;
}

describe("what a device keeps of a person", () => {
  beforeEach(logOut);

  test("is read by the next page of the same person", async () => {
    const first = await claimed("camille");
    await first.putList({ unread: 2 });
    await first.putConversation("tiles", { subject: "Carrelage" }, 1);

    const next = await claimed("camille");

    assert.deepEqual(await next.list(), { unread: 2 });
    assert.deepEqual(await next.conversation("tiles"), { subject: "Carrelage" });
    assert.equal((await savedHere())?.constructor, SavedStore);
  });

  test("holds no word that can be read in the files of the browser", async () => {
    const saved = await claimed("camille");
    await saved.putConversation("tiles", { subject: "Carrelage" }, 1);

    const [owner, row] = await records();

    assert.equal(owner.key.extractable, false);
    assert.ok(row.bytes > 20);
    assert.doesNotMatch(Buffer.from(row.sealed.bytes).toString("latin1"), /Carrelage/);
  });

  test("is emptied when another person logs in, and stays hidden from them", async () => {
    const old = await claimed("camille");
    await old.putConversation("tiles", { subject: "Carrelage" }, 1);
    await old.putList({ unread: 2 });

    const next = await claimed("yanis");

    assert.equal(await next.list(), undefined);
    assert.equal(await next.conversation("tiles"), undefined);
    assert.deepEqual((await records()).map(({ person }) => person), ["yanis"]);
  });

  test("gets nothing from a page of the person before", async () => {
    const old = await claimed("camille");
    await claimed("yanis");

    await old.putConversation("tiles", { subject: "Carrelage" }, 1);
    await old.putList({ unread: 2 });

    assert.deepEqual((await records()).map(({ person }) => person), ["yanis"]);
    assert.equal(await old.conversation("tiles"), undefined);
  });

  test("gets nothing from a page that is open while another tab logs out", async () => {
    const open = await claimed("camille");
    await open.putList({ unread: 2 });

    await logOut();
    await open.putConversation("tiles", { subject: "Carrelage" }, 1);

    assert.equal(await savedHere(), null);
  });

  test("is emptied by hand, and filled again", async () => {
    const saved = await claimed("camille");
    await saved.putConversation("tiles", { subject: "Carrelage" }, 1);

    await saved.clear();
    assert.deepEqual(await saved.rows(), []);
    await saved.putConversation("fence", { subject: "Clôture" }, 2);

    assert.deepEqual((await saved.rows()).map(({ id }) => id), ["fence"]);
  });

  test("is locked by the end of a session until its person is back", async () => {
    const saved = await claimed("camille");
    const owner = await saved.owner();
    const database = await new Promise((resolve) => (indexedDB.open("liaison:saved").onsuccess = ({ target }) => resolve(/** @type {any} */ (target).result)));
    database.transaction("about", "readwrite").objectStore("about").put({ ...owner, isLocked: true }, "owner");
    database.close();
    assert.equal((await saved.owner())?.isLocked, true);

    await claimed("camille");

    assert.equal((await saved.owner())?.isLocked, false);
  });
});
