/** Clean and count what a person writes, as core/text.py does. tests/core/texts.json holds both to it. */

const LINE_ENDS = /\r\n|[\r\v\f\x85\u2028\u2029]/g;
const SEPARATORS = /[\x1c-\x1f]/g;
const CONTROLS = /[\x00-\x08\x0e-\x1b\x7f\x81\x8d\x8f\x90\x9d\ufeff]|\p{Surrogate}/gu;
// U+0080 to U+009F are letters of windows-1252 that were read as Latin-1.
const MISREAD = /[\x80-\x9f]/g;
const WINDOWS_1252 = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

const EMBEDDINGS = "\u202a\u202b";
const ISOLATES = "\u2066\u2067\u2068";
const END_OF_EMBEDDING = "\u202c";
const END_OF_ISOLATE = "\u2069";
const PAIRED_MARKS = EMBEDDINGS + ISOLATES + END_OF_EMBEDDING + END_OF_ISOLATE;
const DIRECTION_MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
// The blocks that Unicode keeps for scripts written from right to left.
const RIGHT_TO_LEFT = /[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

const SHOWS_SOMETHING =
  /[^\s\p{Cc}\p{Cf}\p{Cs}\p{Mn}\p{Me}\p{Noncharacter_Code_Point}\u115f\u1160\u2800\u3164\uffa0\ufffc\u{1d159}]/u;

/** Return the text as the server stores it. @param {string} text */
export function cleaned(text) {
  const lines = text.replace(LINE_ENDS, "\n").replace(SEPARATORS, " ").replace(CONTROLS, "");
  const letters = lines.replace(MISREAD, (sign) => WINDOWS_1252[sign.charCodeAt(0) - 0x80] ?? "");
  return withoutUselessMarks(letters).normalize("NFC").trim();
}

/** Return true if nobody would see anything of a text. @param {string} text */
export function isBlank(text) {
  return !SHOWS_SOMETHING.test(text);
}

/** Return the texts that are not blank as one. @param {string[]} texts @param {string} between */
export function joined(texts, between) {
  return texts.filter((text) => !isBlank(text)).join(between);
}

/** Return the number of characters that the server counts: code points of the cleaned text. @param {string} text */
export function lengthOf(text) {
  let length = 0;
  for (const _ of cleaned(text)) length++;
  return length;
}

/** @param {string} text */
function withoutUselessMarks(text) {
  if (!RIGHT_TO_LEFT.test(text)) return text.replace(DIRECTION_MARKS, "");
  const embedded = text.replaceAll("\u202d", "\u202a").replaceAll("\u202e", "\u202b");
  return embedded.split("\n").map(withPairsOnly).join("\n");
}

/** Remove the direction marks of a line that pair with nothing. @param {string} line */
function withPairsOnly(line) {
  /** @type {Set<number>} */
  const paired = new Set();
  /** The open isolates, each with the embeddings opened inside it. @type {{ start: number, embeddings: number[] }[]} */
  const levels = [{ start: -1, embeddings: [] }];
  const signs = line.split("");
  signs.forEach((sign, position) => {
    const level = levels.at(-1);
    if (!level) return;
    if (EMBEDDINGS.includes(sign)) level.embeddings.push(position);
    else if (ISOLATES.includes(sign)) levels.push({ start: position, embeddings: [] });
    else if (sign === END_OF_EMBEDDING && level.embeddings.length > 0) paired.add(level.embeddings.pop() ?? 0).add(position);
    else if (sign === END_OF_ISOLATE && levels.length > 1) paired.add(levels.pop()?.start ?? 0).add(position);
  });
  return signs.filter((sign, position) => !PAIRED_MARKS.includes(sign) || paired.has(position)).join("");
}
