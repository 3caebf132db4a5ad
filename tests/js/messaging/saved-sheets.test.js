import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import "fake-indexeddb/auto";

import { SavedStore } from "#core/saved-store.js";
import { MOST_SHEETS, keepSheet, savedSheet } from "#messaging/state/saved-sheets.js";

const EVENING = new Date(2026, 10, 27, 19);
const MONDAY = new Date(2026, 10, 30, 9);

/** @param {Partial<Record<string, unknown>>} [changes] @returns {any} */
const sheet = (changes = {}) => ({
  client: { id: "morel", name: "Famille Morel" },
  responsible: null, deputy: null, people: [], people_count: 0, chantiers: [],
  conversations: { open_count: 0, closed_count: 0, newest: [] }, files_count: 0, remark: null, ...changes,
});

/** @param {"present" | "absent" | "off_duty"} status @param {Date | null} back */
const colleague = (status, back) => ({ id: "odile", name: "Odile", role: "staff", availability: { status, back_at: back?.toISOString() ?? null } });

async function device() {
  const saved = new SavedStore("odile");
  await saved.claim({ side: "staff", lang: "fr" });
  return saved;
}

describe("client sheets kept on a device", () => {
  beforeEach(() => new Promise((resolve) => (indexedDB.deleteDatabase("liaison:saved").onsuccess = resolve)));

  test("are read with the time when they came", async () => {
    const saved = await device();
    await keepSheet(saved, sheet({ files_count: 7 }), EVENING.getTime());

    const kept = await savedSheet(saved, "morel", MONDAY);

    assert.deepEqual([kept?.sheet.files_count, kept?.at], [7, EVENING.getTime()]);
    assert.equal(await savedSheet(saved, "haddad"), null);
    saved.close();
  });

  test("say nothing that held for a moment only", async () => {
    const saved = await device();
    const people = [{ name: "Camille", is_online: true, last_seen_at: null }, { name: "Bruno", is_online: false, last_seen_at: null }];
    const chantiers = [
      { name: "Villa", responsible: colleague("off_duty", MONDAY), deputy: colleague("absent", new Date(2026, 11, 24)) },
      { name: "Garage", responsible: colleague("absent", EVENING), deputy: null },
    ];
    await keepSheet(saved, sheet({ people, chantiers, responsible: colleague("absent", null) }), EVENING.getTime());

    const kept = (await savedSheet(saved, "morel", MONDAY))?.sheet;

    assert.deepEqual(kept?.people.map((person) => [person.is_online, person.last_seen_at]), [[false, EVENING.toISOString()], [false, null]]);
    assert.deepEqual(kept?.chantiers.map((chantier) => [chantier.responsible?.availability.status, chantier.deputy?.availability.status]), [["present", "absent"], ["present", undefined]]);
    assert.equal(kept?.responsible?.availability.status, "absent");
    saved.close();
  });

  test("are those that were opened last", async () => {
    const saved = await device();
    for (let n = 0; n <= MOST_SHEETS; n++) await keepSheet(saved, sheet({ client: { id: `client ${n}`, name: "" } }), n);

    const ids = (await saved.sheetRows()).map(({ id }) => id);

    assert.equal(ids.length, MOST_SHEETS);
    assert.ok(!ids.includes("client 0"));
    saved.close();
  });

  test("are emptied with what is kept, and not read by the next person", async () => {
    const saved = await device();
    await keepSheet(saved, sheet());
    const other = new SavedStore("marc");
    await other.claim({ side: "staff", lang: "fr" });
    assert.equal(await savedSheet(other, "morel"), null);
    assert.deepEqual(await other.sheetRows(), []);
    await keepSheet(other, sheet());
    assert.equal((await other.sheetRows()).length, 1);

    await other.clear();

    assert.deepEqual(await other.sheetRows(), []);
    saved.close();
    other.close();
  });
});
