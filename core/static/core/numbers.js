import { t } from "./i18n/core.js";
import { locale } from "./i18n/index.js";

/** Numbers, units, lists and labels as people of the page's language write them. */

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/**
 * Keep the formatters: making one is far slower than using it.
 *
 * @param {Intl.NumberFormatOptions} options
 */
function format(options) {
  const key = locale() + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.NumberFormat(locale(), options)));
  return made;
}

/** @param {number} value @param {number} [digits] the most after the point */
export function number(value, digits = 0) {
  return format({ maximumFractionDigits: digits }).format(value);
}

/** Examples of 0.424: 42 %, 42%. @param {number} share 0 to 1 @param {number} [digits] */
export function percent(share, digits = 0) {
  return format({ style: "percent", maximumFractionDigits: digits }).format(share);
}

/**
 * Examples: 12 min, 3,4 Mo, 2 j; with "long" 4 heures, 4 hours.
 *
 * @param {number} value
 * @param {string} name a unit of Intl, such as "minute"
 * @param {{ digits?: number, display?: "short" | "long" }} [options]
 */
export function unit(value, name, { digits = 0, display = "short" } = {}) {
  return format({ style: "unit", unit: name, unitDisplay: display, maximumFractionDigits: digits }).format(value);
}

/** Examples: Odile, Marc et Julien; Odile, Marc, and Julien. @param {Iterable<string>} items */
export function list(items) {
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format(items);
}

/** Examples: Odile : merci; Odile: thanks. @param {string} label @param {string} text */
export function labelled(label, text) {
  return t("labelled", { label, text });
}
