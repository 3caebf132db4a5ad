import { t } from "./i18n/core.js";
import { locale } from "./i18n/index.js";
import { unit } from "./numbers.js";

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
  return format({ timeStyle: "short" }).format(date);
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
  if (minutes < 60) return unit(minutes, "minute");
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

/**
 * A moment that is still to come. Examples: aujourd’hui à 14 h, demain à 8 h 30, lundi à 8 h, lundi 7 décembre.
 *
 * @param {Date} date
 */
export function soonLabel(date, now = new Date()) {
  const days = -daysBefore(date, now);
  if (days > 6) return dayLabel(date, now);
  const day = days < 2 ? t(days === 1 ? "tomorrow" : "today") : format({ weekday: "long" }).format(date);
  return t("dayAt", { day, time: hourLabel(date) });
}

/** Examples: 8 h, 14 h 30; 8 AM, 2:30 PM. @param {Date} date */
function hourLabel(date) {
  const [hour, minutes] = [date.getHours(), String(date.getMinutes()).padStart(2, "0")];
  const [whole, hours] = [minutes === "00", String(hour % 12 || 12)];
  if (locale().startsWith("fr")) return whole ? `${hour}\u00a0h` : `${hour}\u00a0h\u00a0${minutes}`;
  return `${whole ? hours : `${hours}:${minutes}`}\u00a0${hour < 12 ? "AM" : "PM"}`;
}
