/**
 * One of several things that a person chooses from. `detail` is a second line, `of` the role of a person (with initials).
 * @typedef {{ id: string, label: string, detail?: string, of?: string }} Choice
 */

// What was meant is above, or the next letter brings it there.
export const SHOWN_CHOICES = 50;

/** Return a text without accents and capitals, its words separated by one space. @param {string} text */
export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/œ/g, "oe").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

/**
 * Return the choices each of whose typed words begins one of their words, those whose name begins as typed first. Without
 * words, all of them in their order.
 *
 * @param {Choice[]} choices
 * @param {string} q
 * @returns {Choice[]}
 */
export function choicesFound(choices, q) {
  const typed = plain(q);
  if (typed === "") return choices;
  const words = typed.split(" ");
  const found = choices.filter(({ label, detail = "" }) => {
    const text = ` ${plain(`${label} ${detail}`)}`;
    return words.every((word) => text.includes(` ${word}`));
  });
  const begins = (/** @type {Choice} */ { label }) => plain(label).startsWith(typed);
  return [...found.filter(begins), ...found.filter((choice) => !begins(choice))];
}

/** Return the choices in the order of a dictionary: «École» beside «Ecole», «CH-9» before «CH-10». @param {Choice[]} choices @param {string} language */
export function inOrder(choices, language) {
  const { compare } = new Intl.Collator(language, { numeric: true });
  return choices.toSorted((one, other) => compare(one.label, other.label));
}
