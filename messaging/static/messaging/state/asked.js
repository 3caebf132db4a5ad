/**
 * What is looked for, as the address of the page says it.
 *
 * @typedef {object} Asked
 * @property {string} q
 * @property {"" | "message" | "file" | "note"} kind
 * @property {string} client
 * @property {string} chantier
 * @property {string} author
 * @property {string} from the first day
 * @property {string} to the last day
 * @property {string} has_file "true" or empty
 */

/** @type {Asked} */
export const NOTHING = Object.freeze({ q: "", kind: "", client: "", chantier: "", author: "", from: "", to: "", has_file: "" });
/** What narrows a search besides its kind. */
export const NARROWS = /** @type {const} */ (["client", "chantier", "author", "from", "to", "has_file"]);

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const DAY = /^\d{4}-\d\d-\d\d$/;
/** @type {Record<Exclude<keyof Asked, "q">, (text: string) => boolean>} */
const VALID = {
  kind: (text) => ["message", "file", "note"].includes(text),
  client: (text) => UUID.test(text),
  chantier: (text) => UUID.test(text),
  author: (text) => UUID.test(text),
  from: isDay,
  to: isDay,
  has_file: (text) => text === "true",
};

/**
 * Return what the query of an address asks; null if it asks for no search. `q` says that it does, also without a word: the
 * company's list has filters of the same names. What makes no sense is left out.
 *
 * @param {string} search
 * @returns {Asked | null}
 */
export function askedIn(search) {
  const query = new URLSearchParams(search);
  if (!query.has("q")) return null;
  const asked = { ...NOTHING, q: (query.get("q") ?? "").trim() };
  for (const [name, isValid] of entries(VALID)) {
    const text = query.get(name) ?? "";
    if (isValid(text)) Object.assign(asked, { [name]: text });
  }
  return asked;
}

/**
 * Return the query of an address with what is asked, or with no search, besides what else was in it.
 *
 * @param {string} search
 * @param {Asked | null} asked
 */
export function withAsked(search, asked) {
  const query = new URLSearchParams(search);
  for (const [name, text] of entries(asked ?? NOTHING)) {
    if (text) query.set(name, text);
    else query.delete(name);
  }
  if (asked) query.set("q", asked.q);
  return query.size > 0 ? `?${query}` : "";
}

/** @param {Asked} one @param {Asked} other */
export function isSame(one, other) {
  return entries(one).every(([name, text]) => other[name] === text);
}

/** Return true for a day that there is: `Date` takes 2026-02-31 for the 3 March. @param {string} text */
function isDay(text) {
  const day = new Date(DAY.test(text) ? text : NaN);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** @template {object} T @param {T} object @returns {[keyof T, T[keyof T]][]} */
function entries(object) {
  return /** @type {any} */ (Object.entries(object));
}
