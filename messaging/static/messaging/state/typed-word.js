/**
 * The word that is being typed, and what it begins: "/rel" a canned reply, "@od" the name of a colleague.
 *
 * @typedef {{ sign: "/" | "@", start: number, end: number, query: string }} TypedWord `start` is the place of the sign
 */

// A sign at the start of a word: not in a date (12/11), an address (https://…) or an email (odile@…).
const BEFORE_CARET = /(?:^|[\s(«“"])(?<sign>[/@])(?<query>[\p{L}\p{M}\p{N}_'’-]{0,40})$/u;

/**
 * @param {string} text
 * @param {number} caret
 * @returns {TypedWord | null} null if the word at the caret begins neither
 */
export function typedWord(text, caret) {
  const groups = BEFORE_CARET.exec(text.slice(0, caret))?.groups;
  if (!groups) return null;
  const query = groups.query ?? "";
  return { sign: /** @type {"/" | "@"} */ (groups.sign), start: caret - query.length - 1, end: caret, query };
}

/** Return a text without case and accents, to compare it. @param {string} text */
export function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * Return those whose name, or a word of it, begins as typed. Whole names come first.
 *
 * @template Choice
 * @param {Choice[]} choices
 * @param {string} query
 * @param {(choice: Choice) => string} nameOf
 * @returns {Choice[]}
 */
export function beginning(choices, query, nameOf) {
  const wanted = folded(query);
  const whole = choices.filter((choice) => folded(nameOf(choice)).startsWith(wanted));
  const inside = choices.filter((choice) => !whole.includes(choice) && folded(nameOf(choice)).split(/[\s_-]+/).some((word) => word.startsWith(wanted)));
  return [...whole, ...inside];
}
