/** When a conversation that is put off comes back, in the time zone of the company; "" is that of the device. */

const EVENING = 18;
const MORNING = 8;
// Put off to this evening at 17:58 is no pause.
const LEAST_MS = 30 * 60_000;
const DAY_MS = 86_400_000;

/** @typedef {{ name: "tonight" | "tomorrow" | "monday", at: Date }} SnoozeTime */

/**
 * Return what can be chosen with one tap: this evening, tomorrow and Monday morning, without what is over or the same.
 *
 * @param {string} zone
 * @param {Date} [now]
 * @returns {SnoozeTime[]}
 */
export function snoozeTimes(zone, now = new Date()) {
  const today = wallClock(now, zone);
  const untilMonday = (8 - today.getUTCDay()) % 7 || 7;
  /** @type {SnoozeTime[]} */
  const times = [
    { name: "tonight", at: momentOf(today, 0, EVENING, zone) },
    { name: "tomorrow", at: momentOf(today, 1, MORNING, zone) },
    { name: "monday", at: momentOf(today, untilMonday, MORNING, zone) },
  ];
  return times.filter(({ name, at }) => at.getTime() - now.getTime() >= LEAST_MS && !(name === "monday" && untilMonday === 1));
}

/** Return tomorrow morning as a field of a form writes it, to begin with. @param {string} zone @param {Date} [now] */
export function tomorrowWritten(zone, now = new Date()) {
  const tomorrow = snoozeTimes(zone, now).find(({ name }) => name === "tomorrow");
  return tomorrow ? writtenIn(tomorrow.at, zone) : "";
}

/** Return the moment that a field says; null if it says none, or one that is over. @param {string} written @param {string} zone @param {Date} [now] */
export function momentToCome(written, zone, now = new Date()) {
  const moment = momentWritten(written, zone);
  return moment && moment > now ? moment : null;
}

/** Return the moment of a date and hour as a field of a form writes them: 2026-11-30T08:00. @param {string} written @param {string} zone @returns {Date | null} */
export function momentWritten(written, zone) {
  const wall = Date.parse(`${written}Z`);
  return Number.isNaN(wall) ? null : fromWall(wall, zone);
}

/** Return a moment as a field of a form writes it. @param {Date} moment @param {string} zone */
export function writtenIn(moment, zone) {
  return wallClock(moment, zone).toISOString().slice(0, 16);
}

/** @param {Date} today a wall clock @param {number} days @param {number} hour @param {string} zone */
function momentOf(today, days, hour, zone) {
  const midnight = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate());
  return fromWall(midnight + days * DAY_MS + hour * 3_600_000, zone);
}

/** Return what the clocks of a zone show at a moment, as if it were UTC. @param {Date} moment @param {string} zone */
function wallClock(moment, zone) {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone || undefined, dateStyle: "short", timeStyle: "medium" }).formatToParts(moment);
  const [day = 1, month = 1, year = 0, hour = 0, minute = 0, second = 0] = parts.filter(({ type }) => type !== "literal").map(({ value }) => Number(value));
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
}

/** @param {number} wall what the clocks show, as if it were UTC @param {string} zone */
function fromWall(wall, zone) {
  const first = wall - offsetAt(wall, zone);
  // Between the two is perhaps a change of the clocks.
  return new Date(wall - offsetAt(first, zone));
}

/** @param {number} ms @param {string} zone */
function offsetAt(ms, zone) {
  return wallClock(new Date(ms), zone).getTime() - Math.floor(ms / 1000) * 1000;
}
