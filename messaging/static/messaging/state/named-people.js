import { folded } from "./typed-word.js";

/**
 * @import { Person } from "#core/types.js"
 * @typedef {{ text: string, person: Person | null }} Part
 */

/**
 * Split a text into the names that it mentions and the rest, as the server has found them: "@Odile" or "@Odile Perrin".
 *
 * @param {string} text
 * @param {Person[]} people
 * @returns {Part[]}
 */
export function withNames(text, people) {
  /** @type {Part[]} */
  const parts = [];
  let end = 0;
  for (const { index } of people.length > 0 ? text.matchAll(/(?<![\p{L}\p{N}_])@/gu) : []) {
    const found = index < end ? null : nameAt(text, index + 1, people);
    if (!found) continue;
    if (index > end) parts.push({ text: text.slice(end, index), person: null });
    parts.push({ text: text.slice(index, index + 1 + found.length), person: found.person });
    end = index + 1 + found.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), person: null });
  return parts;
}

/** @param {string} text @param {number} start @param {Person[]} people */
function nameAt(text, start, people) {
  const names = people.flatMap((person) => [person.name, person.name.split(" ")[0] ?? ""].map((name) => ({ person, length: name.length, name: folded(name) })));
  // A whole name before a first one.
  names.sort((a, b) => b.length - a.length);
  return names.find(({ name, length }) => folded(text.slice(start, start + length)) === name && !/[\p{L}\p{N}_]/u.test(text[start + length] ?? ""));
}
