import { locale } from "#core/i18n/index.js";
import { number, percent, unit } from "#core/numbers.js";

import { t } from "./i18n/index.js";

/** Format numbers as people read them: 1 min 12 s, 38 ms, 1,4 Mo. English says 1 min 12 sec. */

const DAY = 86_400;
const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
/** The company's time zone, wherever the reader is. */
const TIME_ZONE = "Europe/Paris";

export { number };

/** Examples: 38 ms, 1,2 s, 1 min 12 s, 3 h 5 min, 2 j 4 h. @param {number | null | undefined} seconds */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 1) return unit(seconds * 1_000, "millisecond");
  if (seconds < 60) return unit(seconds, "second", { digits: seconds < 10 ? 1 : 0 });
  const whole = Math.round(seconds);
  if (whole < 3_600) return pair(whole, 60, "minute", 1, "second");
  if (whole < DAY) return pair(whole, 3_600, "hour", 60, "minute");
  return pair(whole, DAY, "day", 3_600, "hour");
}

/**
 * @param {number} whole
 * @param {number} large
 * @param {string} largeName
 * @param {number} small
 * @param {string} smallName
 */
function pair(whole, large, largeName, small, smallName) {
  const rest = Math.floor((whole % large) / small);
  const first = unit(Math.floor(whole / large), largeName);
  return rest ? `${first} ${unit(rest, smallName)}` : first;
}

/** @param {number} value */
export function bytes(value) {
  let step = 0;
  while (value >= 1_000 && step < BYTES.length - 1) [value, step] = [value / 1_000, step + 1];
  return unit(value, BYTES[step] ?? "byte", { digits: value < 10 && step > 1 ? 1 : 0 });
}

/** @param {import("./types.js").BusinessMetric} fact */
export function factValue({ value, unit }) {
  if (unit === "bytes") return bytes(value);
  if (unit === "seconds") return duration(value);
  if (unit === "percent") return percent(value / 100, 1);
  return number(value);
}

/** Examples: il y a 12 s, dans 2 min. @param {string | null} moment */
export function fromNow(moment, now = Date.now()) {
  if (!moment) return "–";
  const seconds = (now - new Date(moment).getTime()) / 1_000;
  const time = Math.abs(seconds) < 1 ? t("lessThanSecond") : duration(Math.round(Math.abs(seconds)));
  return t(seconds >= 0 ? "ago" : "inTime", { time });
}

/** Example: 22/11/2026 16:04:12, in Paris. @param {string | null} moment */
export function exact(moment) {
  if (!moment) return "–";
  const options = /** @type {const} */ ({ dateStyle: "short", timeStyle: "medium", timeZone: TIME_ZONE });
  return new Intl.DateTimeFormat(locale(), options).format(new Date(moment));
}

/** Return the label of a step on the time axis. @param {string} moment @param {number} stepSeconds */
export function axisTime(moment, stepSeconds) {
  /** @type {Intl.DateTimeFormatOptions} */
  const options =
    stepSeconds < 3_600 ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short", hour: "2-digit" };
  return new Intl.DateTimeFormat(locale(), { ...options, timeZone: TIME_ZONE }).format(new Date(moment));
}
