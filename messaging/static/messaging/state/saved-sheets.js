/**
 * @import { Api } from "#api"
 * @import { SavedStore } from "#core/saved-store.js"
 *
 * A client sheet as the device keeps it: the answer of the API, and when it came, in milliseconds.
 * @typedef {{ sheet: Api["ClientSheet"], at: number }} SavedSheet
 */

/** The sheets that were opened last. One has some kilobytes. */
export const MOST_SHEETS = 50;

/** Keep a sheet, and drop what is too much. @param {SavedStore} saved @param {Api["ClientSheet"]} sheet */
export async function keepSheet(saved, sheet, now = Date.now()) {
  await saved.putSheet(sheet.client.id, { sheet, at: now }, now);
  const rows = await saved.sheetRows();
  await saved.forgetSheets(rows.slice(MOST_SHEETS).map(({ id }) => id));
}

/** Return the kept sheet of a client, without what holds for a moment only. @param {SavedStore} saved @param {string} client @returns {Promise<SavedSheet | null>} */
export async function savedSheet(saved, client, now = new Date()) {
  /** @type {SavedSheet | undefined} */
  const kept = await saved.sheet(client);
  return kept ? { ...kept, sheet: aged(kept.sheet, new Date(kept.at), now) } : null;
}

/** @param {Api["ClientSheet"]} sheet @param {Date} at @param {Date} now @returns {Api["ClientSheet"]} */
function aged(sheet, at, now) {
  const colleague = (/** @type {Api["Staff"] | null} */ person) => person && { ...person, availability: stillTrue(person.availability, now) };
  return {
    ...sheet,
    responsible: colleague(sheet.responsible),
    deputy: colleague(sheet.deputy),
    people: sheet.people.map((person) => (person.is_online ? { ...person, is_online: false, last_seen_at: at.toISOString() } : person)),
    chantiers: sheet.chantiers.map((chantier) => ({ ...chantier, responsible: colleague(chantier.responsible), deputy: colleague(chantier.deputy) })),
  };
}

/** An absence lasts until its end. Who was off duty then may be there now. @param {Api["Availability"]} availability @param {Date} now @returns {Api["Availability"]} */
function stillTrue(availability, now) {
  const { status, back_at } = availability;
  const isAway = status === "absent" && (back_at === null || new Date(back_at) > now);
  return isAway ? availability : { status: "present", back_at: null };
}
