/**
 * Cuts a plain text into words and links. Nothing is parsed as HTML: the caller makes text nodes and
 * <a> elements, and only the schemes below can come out.
 *
 * @typedef {{ text: string, href: string }} Piece href is empty for plain words
 */

const LINK = new RegExp(
  [
    String.raw`(?<url>https?:\/\/[^\s<>"«»]+|www\.[^\s<>"«»]+\.[^\s<>"«»]+)`,
    String.raw`(?<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)`,
    // French numbers, written alone: 06 12 34 56 78, +33 6 12 34 56 78. A longer row of digits is a reference.
    String.raw`(?<phone>(?<![\d.,])(?:\+33[ .\u00A0]?[1-9]|0[1-9])(?:[ .\u00A0-]?\d{2}){4}(?![\d]))`,
  ].join("|"),
  "gu",
);

// The end of a sentence is not the end of its link; a closing bracket belongs to it only if it was opened there.
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
