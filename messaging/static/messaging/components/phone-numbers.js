/**
 * Find phone numbers in a text: French ones as people group them, and those of other countries with their prefix.
 *
 * @typedef {{ index: number, text: string, tel: string }} PhoneNumber
 */

// Spaces of all widths, points, dashes, slashes: at most two between digits ("06. 12. 34. 56. 78").
const GAP = String.raw`[ \u00A0\u2007-\u200A\u202F.·\/\u2010-\u2013-]{0,2}`;

// 06 12 34 56 78, 0612345678, 0800 123 456.
const NATIONAL = String.raw`0[1-9](?:${GAP}\d{2}){4}|0 ?8\d{2}${GAP}\d{3}${GAP}\d{3}`;
// +33 (0)6 12 34 56 78, (+33) 6…, 0033 6…
const FROM_ABROAD = String.raw`\(?(?:\+ ?|00 ?)33\)?${GAP}(?:\(0\)${GAP}|0)?[1-9](?:${GAP}\d){8}`;
// +32 470 12 34 56, +32 (0)2 123 45 67, +1 (415) 555-0123.
const INTERNATIONAL = String.raw`\(?(?:\+ ?|00 ?)[1-9]\d{0,2}\)?(?:${GAP}\(\d{1,4}\))?(?:${GAP}\d){5,14}(?!\p{L})`;
const CANDIDATE = new RegExp(`(?:${FROM_ABROAD}|${INTERNATIONAL}|${NATIONAL})(?!\\d)`, "gu");

// What stands before a number. A row of digits, a word or an amount that goes on is a reference.
const GOES_ON_BEFORE = /(?:\d[.,]|\d{2}[ \u00A0\u202F.\/\u2010-\u2013-]|[\p{L}\d]-|[\p{L}\p{N}_#+])$/u;
const IS_CALLED = /(?:t[ée]l|mob|port|fax)[.-]?$/iu;
const IS_REFERENCE =
  /(?:r[ée]f(?:[ée]rence)?|factures?|devis|commandes?|dossiers?|contrats?|s[ée]rie|colis|suivi|article|siren|siret|iban|rib|tva|ean)\.?(?: ?n[°o]\.?)?[ \u00A0]?:?[ \u00A0]?$/iu;
const IS_LIST = /(?:^|[^\p{L}])(?:du|des|les|jours?|dates?|semaines?|lots?|num[ée]ros|pages?)[ \u00A0]?:?[ \u00A0]?$/iu;
// What stands after it: more digits in a row, or the unit of an amount.
const GOES_ON_AFTER = /^(?:[.,·\u2010-\u2013\/-]|[ \u00A0\u202F])\d+(?![ \u00A0]?[\p{L}€%:]|\d)/u;
const IS_AMOUNT = /^(?:[.,]\d|[ \u00A0\u202F]?(?:[€%$£°]|k?euros?\b|eur\b|m[²³23]\b|kg\b|km\b))/iu;

// 06/12/2026 08, 06.12.26 08 30.
const DATE = /^\d\d([./ -])\d\d\1(?:(?:19|20)\d\d(?!\d)|(?<! \d\d )\d\d )/;

// The prefixes that countries have (ITU-T E.164), and those where a national number begins with a 0 that is not dialled from abroad.
const COUNTRY = /^(?:1|7|2[07]|2[1-689]\d|3[0-469]|3[578]\d|4[013-9]|42\d|5[1-8]|5[09]\d|6[0-6]|6[789]\d|8[1246]|8[0578]\d|9[0-58]|9[679]\d)/;
const TRUNK_ZERO = /^(33|32|31|41|43|44|49|212|213|262|590|594|596)0+/;
const NEIGHBOUR = /^(?:33|32|352|41|49|39|34|44|31|351|377|376|212|213|216|262|590|594|596)/;

/** @param {string} text @returns {PhoneNumber[]} */
export function phoneNumbers(text) {
  /** @type {PhoneNumber[]} */
  const found = [];
  for (const { 0: number, index } of text.matchAll(CANDIDATE)) {
    const last = found.at(-1);
    const isNext = last !== undefined && text.slice(last.index + last.text.length, index).trim().length <= 1;
    const tel = telOf(number, text.slice(Math.max(0, index - 24), index), text.slice(index + number.length), isNext);
    if (tel) found.push({ index, text: number, tel });
  }
  return found;
}

/**
 * @param {string} number
 * @param {string} before
 * @param {string} after
 * @param {boolean} isNext it stands behind another number
 * @returns {string} empty if it is no phone number
 */
function telOf(number, before, after, isNext) {
  if (!isNext && GOES_ON_BEFORE.test(before) && !IS_CALLED.test(before)) return "";
  if (IS_AMOUNT.test(after) || (GOES_ON_AFTER.test(after) && !startsWithNumber(after.slice(1)))) return "";
  return /^\(?(?:\+|00)/.test(number) ? international(number, before) : national(number, before);
}

/** @param {string} text */
function startsWithNumber(text) {
  return new RegExp(`^(?:${NATIONAL})(?!\\d)`).test(text);
}

/**
 * @param {string} number
 * @param {string} before
 */
function national(number, before) {
  const digits = number.replace(/\D/g, "");
  const isInOneRow = digits === number;
  if (DATE.test(number)) return "";
  if (isInOneRow ? IS_REFERENCE.test(before) : areDays(digits, before)) return "";
  return `tel:${digits}`;
}

/**
 * Tell whether five pairs are days or weeks rather than a number: «du 01 02 03 04 05», «les 05 12 19 26 02».
 *
 * @param {string} digits
 * @param {string} before
 */
function areDays(digits, before) {
  const pairs = (digits.match(/\d{2}/g) ?? []).map(Number);
  const isRising = pairs.every((pair, index) => index === 0 || pair > (pairs[index - 1] ?? 0));
  const most = Math.max(...pairs);
  return (isRising && most <= 31) || (IS_LIST.test(before) && most <= 53);
}

/**
 * @param {string} number
 * @param {string} before
 */
function international(number, before) {
  const dialled = number.replace("(0)", "").replace(/[^\d+]/g, "");
  const isDoubleZero = !dialled.startsWith("+");
  const digits = dialled.replace(/^\+|^00/, "").replace(TRUNK_ZERO, "$1");
  // Without a plus, only a number of a country nearby is likely, rather than a reference.
  if (isDoubleZero && (!NEIGHBOUR.test(digits) || IS_REFERENCE.test(before))) return "";
  return isLengthRight(digits, isDoubleZero) ? `tel:+${digits}` : "";
}

/**
 * @param {string} digits
 * @param {boolean} isStrict
 */
function isLengthRight(digits, isStrict) {
  if (digits.startsWith("33")) return digits.length === 11;
  return COUNTRY.test(digits) && digits.length >= (isStrict ? 10 : 8) && digits.length <= (isStrict ? 13 : 15);
}
