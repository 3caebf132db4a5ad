import { t } from "./i18n/core.js";
import { locale } from "./i18n/index.js";

/** Dates as people say them, in the language of the page and the time zone of the device. */

const DAY_MS = 86_400_000;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * Keep the formatters: making one is far slower than using it.
 *
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(options) {
  const key = locale() + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(locale(), options)));
  return made;
}

/** @param {Date} date */
function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

/**
 * Return the calendar days between two times: from yesterday evening to this morning is 1 day.
 *
 * @param {Date} date
 * @param {Date} now
 */
function daysBefore(date, now) {
  // Round, because the day of a clock change has 23 or 25 hours.
  return Math.round((midnight(now).getTime() - midnight(date).getTime()) / DAY_MS);
}

/** @param {Date} date */
export function dayKey(date) {
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** Example: 14:32. @param {Date} date */
export function clock(date) {
  return format({ hour: "2-digit", minute: "2-digit" }).format(date);
}

/** Examples: aujourd’hui, hier, lundi 16 novembre. The year is added if it is another one. */
export function dayLabel(/** @type {Date} */ date, now = new Date()) {
  const days = daysBefore(date, now);
  if (days === 0) return t("today");
  if (days === 1) return t("yesterday");
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return format({ weekday: "long", day: "numeric", month: "long", year }).format(date);
}

/** A short form for lists. Examples: à l’instant, 12 min, 14:32, hier, lun., 16 nov., 16/11/2025. */
export function shortLabel(/** @type {Date} */ date, now = new Date()) {
  const minutes = Math.floor((now.getTime() - date.getTime()) / 60_000);
  const days = daysBefore(date, now);
  if (minutes < 1) return t("now");
  if (minutes < 60) return `${minutes} min`;
  if (days === 0) return clock(date);
  if (days === 1) return t("yesterday");
  if (days < 7) return format({ weekday: "short" }).format(date);
  if (date.getFullYear() === now.getFullYear()) return format({ day: "numeric", month: "short" }).format(date);
  return format({ day: "2-digit", month: "2-digit", year: "numeric" }).format(date);
}

/** Example: lundi 16 novembre 2026 à 14:32. @param {Date} date */
export function exactLabel(date) {
  return format({ dateStyle: "full", timeStyle: "short" }).format(date);
}
