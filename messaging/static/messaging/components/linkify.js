import { phoneNumbers } from "./phone-numbers.js";

/**
 * Split a text into plain text and links. Nothing is parsed as HTML: the caller makes text nodes and <a> elements,
 * and only the schemes below are possible.
 *
 * @typedef {{ text: string, href: string }} Piece href is empty for plain text
 * @typedef {{ index: number, text: string, href: string }} Link
 */

// An address ends at a space, a quotation mark, an emoji, or a sign that nobody sees (copied with it from other programs).
const IN_URL = String.raw`(?![,;|]https?:\/\/)[^\s<>"«»“”\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFE0E\uFE0F\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]`;
const NAME = String.raw`[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?`;
const LINK = new RegExp(
  [
    String.raw`(?<url>https?:\/\/(?=[\p{L}\p{N}\[])(?:${IN_URL})+|(?<![\p{L}\p{N}_.@\/-])www\.(?:${IN_URL})+?\.(?:${IN_URL})+)`,
    // An apostrophe belongs to a name (o'neil@…), the typographic one to the sentence (l’adresse d’odile@…).
    String.raw`(?<mail>(?<![\p{L}\p{N}._%+-]|[\p{L}\p{N}]')[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}.!#$%&'*+=^~_-]*[\p{L}\p{M}\p{N}_+&*=~-])?@(?:${NAME}\.)+(?:xn--[\w-]+|\p{L}{2,}))`,
  ].join("|"),
  "giu",
);

// Punctuation at the end is not part of a link. A closing bracket is part of it only if the link also opens one.
const TRAILING = ".,;:!?…'’*|`。、，；：！？";
const BRACKETS = [["(", ")"], ["[", "]"], ["{", "}"], ["（", "）"]];

/**
 * @param {string} text
 * @returns {Piece[]}
 */
export function linkify(text) {
  /** @type {Piece[]} */
  const pieces = [];
  let end = 0;
  for (const { index, text: found, href } of linksIn(text)) {
    if (index < end) continue;
    if (index > end) pieces.push({ text: text.slice(end, index), href: "" });
    pieces.push({ text: found, href });
    end = index + found.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), href: "" });
  return pieces;
}

// What every link has, and every number. The expressions themselves are compiled for the first text that needs them, which
// takes 100 ms on a phone.
const MAY_HAVE_LINK = /@|:\/\/|www\./i;
const MAY_HAVE_NUMBER = /\d(?:\D{0,4}\d){7}/;

/** Return the links in their order. A number inside an address follows it. @param {string} text @returns {Link[]} */
function linksIn(text) {
  const addresses = MAY_HAVE_LINK.test(text) ? addressesIn(text) : [];
  const numbers = MAY_HAVE_NUMBER.test(text) ? phoneNumbers(text) : [];
  return [...addresses, ...numbers.map(({ index, text: found, tel }) => ({ index, text: found, href: tel }))].sort((a, b) => a.index - b.index);
}

/** @param {string} text @returns {Link[]} */
function addressesIn(text) {
  return [...text.matchAll(LINK)].map(({ 0: match, index, groups }) => {
    const found = groups?.mail ? match : trimmed(match);
    return { index, text: found, href: groups?.mail ? mailto(found) : urlOf(found) };
  });
}

/** @param {string} found */
function trimmed(found) {
  const unopened = new Map(BRACKETS.map(([open = "", close = ""]) => [close, count(found, close) - count(found, open)]));
  let end = found.length;
  for (; end > 0; end--) {
    const last = found[end - 1] ?? "";
    const more = unopened.get(last) ?? 0;
    if (more > 0) unopened.set(last, more - 1);
    else if (!TRAILING.includes(last)) break;
  }
  return found.slice(0, end);
}

/**
 * @param {string} text
 * @param {string} sign
 */
function count(text, sign) {
  return text.split(sign).length - 1;
}

/** @param {string} found */
function urlOf(found) {
  return /^www\./i.test(found) ? `https://${found}` : found;
}

/** Return the address of a letter. Signs that would begin its subject or text are escaped. @param {string} found */
function mailto(found) {
  return `mailto:${found.replace(/[%?#&]/g, encodeURIComponent)}`;
}
