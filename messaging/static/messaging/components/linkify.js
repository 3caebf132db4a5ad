/**
 * Split a text into plain text and links. Nothing is parsed as HTML: the caller makes text nodes and <a> elements,
 * and only the schemes below are possible.
 *
 * @typedef {{ text: string, href: string }} Piece href is empty for plain text
 */

const LINK = new RegExp(
  [
    String.raw`(?<url>https?:\/\/[^\s<>"«»]+|www\.[^\s<>"«»]+\.[^\s<>"«»]+)`,
    String.raw`(?<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)`,
    // French numbers, between other characters than digits: 06 12 34 56 78, +33 6 12 34 56 78. A longer row of digits is a reference.
    String.raw`(?<phone>(?<![\d.,])(?:\+33[ .\u00A0]?[1-9]|0[1-9])(?:[ .\u00A0-]?\d{2}){4}(?![\d]))`,
  ].join("|"),
  "gu",
);

// Punctuation at the end is not part of a link. A closing bracket is part of it only if the link also opens one.
const TRAILING = /[.,;:!?…'’]+$/u;

/**
 * @param {string} text
 * @returns {Piece[]}
 */
export function linkify(text) {
  /** @type {Piece[]} */
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const found = trimmed(match[0]);
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), href: "" });
    pieces.push({ text: found, href: hrefOf(found, match.groups ?? {}) });
    end = match.index + found.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), href: "" });
  return pieces;
}

/** @param {string} found */
function trimmed(found) {
  let link = found.replace(TRAILING, "");
  while (link.endsWith(")") && !link.includes("(")) link = link.slice(0, -1).replace(TRAILING, "");
  return link;
}

/**
 * @param {string} found
 * @param {Record<string, string | undefined>} groups
 */
function hrefOf(found, groups) {
  if (groups.mail) return `mailto:${found}`;
  if (groups.phone) return `tel:${found.replace(/[^\d+]/g, "")}`;
  return found.startsWith("www.") ? `https://${found}` : found;
}
