/**
 * The days that a person types into the filter of a search: «14/11/2026», «novembre», «du 3 au 14 novembre 2025».
 *
 * @typedef {{ from: string, to: string }} Period the first and the last day, as 2026-11-14; empty without a bound
 */

const MONTHS = [
  ["janvier", "janv", "jan", "january"],
  ["fevrier", "fev", "feb", "february"],
  ["mars", "mar", "march"],
  ["avril", "avr", "apr", "april"],
  ["mai", "may"],
  ["juin", "jun", "june"],
  ["juillet", "juil", "jul", "july"],
  ["aout", "aug", "august"],
  ["septembre", "sept", "sep", "september"],
  ["octobre", "oct", "october"],
  ["novembre", "nov", "november"],
  ["decembre", "dec", "december"],
];
const NAMES = MONTHS.flat().join("|");
const YEAR = String.raw`(20\d\d)`;
const DAY_IN_WORDS = new RegExp(`^(\\d{1,2})(?:er|st|nd|rd|th)? (${NAMES})\\.?(?: ${YEAR})?$`);
const MONTH_IN_WORDS = new RegExp(`^(${NAMES})\\.?(?: ${YEAR})?$`);
const FIGURES = /^(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?$/;
const ISO = /^(\d{4})-(\d{2})-(\d{2})$/;
const FROM_TO = /^(?:du|from|entre|between) (.+) (?:au|a|et|to|and) (.+)$/;
const SINCE = /^(?:depuis|apres|a partir d[eu]|since|after|from)(?: le)? (.+)$/;
const UNTIL = /^(?:avant|jusqu'a|jusqu'au|before|until)(?: le)? (.+)$/;

/**
 * Return the period that a text says; null if it says none. A day or month without a year is the last one.
 *
 * @param {string} typed
 * @param {Date} [today]
 * @returns {Period | null}
 */
export function periodOf(typed, today = new Date()) {
  const text = plain(typed);
  const between = FROM_TO.exec(text);
  if (between) {
    const last = single(between[2] ?? "", today);
    const first = single(between[1] ?? "", today) ?? sameMonth(between[1] ?? "", last);
    return first && last && first.from <= last.to ? { from: first.from, to: last.to } : null;
  }
  const since = SINCE.exec(text);
  if (since) return openEnd(single(since[1] ?? "", today), "to");
  const until = UNTIL.exec(text);
  if (until) return openEnd(single(until[1] ?? "", today), "from");
  return single(text, today);
}

/**
 * Write a period as `periodOf` reads it, for the field.
 *
 * @param {Period} period
 * @param {{ locale?: string }} [options]
 */
export function periodText({ from, to }, { locale = "fr" } = {}) {
  const isEnglish = locale.startsWith("en");
  if (from && from === to) return figures(from);
  if (!to) return from ? `${isEnglish ? "since" : "depuis le"} ${figures(from)}` : "";
  if (!from) return `${isEnglish ? "until" : "jusqu’au"} ${figures(to)}`;
  const [year = 0, month = 0] = from.split("-").map(Number);
  if (from === day(year, month, 1) && to === day(year, month, lengthOf(year, month))) {
    return new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${from}T00:00:00Z`));
  }
  if (from === `${year}-01-01` && to === `${year}-12-31`) return String(year);
  return isEnglish ? `from ${figures(from)} to ${figures(to)}` : `du ${figures(from)} au ${figures(to)}`;
}

/** @param {string} text @param {Date} today @returns {Period | null} */
function single(text, today) {
  const now = iso(today);
  if (text === "aujourd'hui" || text === "today") return { from: now, to: now };
  if (text === "hier" || text === "yesterday") return aDay(iso(new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1)));
  const year = new RegExp(`^${YEAR}$`).exec(text)?.[1];
  if (year) return { from: `${year}-01-01`, to: `${year}-12-31` };
  const inMonth = MONTH_IN_WORDS.exec(text);
  if (inMonth) return aMonth(monthNamed(inMonth[1] ?? ""), inMonth[2], now);
  const isoDay = ISO.exec(text);
  if (isoDay) return aDay(real(Number(isoDay[1]), Number(isoDay[2]), Number(isoDay[3])));
  const inWords = DAY_IN_WORDS.exec(text);
  if (inWords) return aDay(dated(Number(inWords[1]), monthNamed(inWords[2] ?? ""), inWords[3], now));
  const inFigures = FIGURES.exec(text);
  if (inFigures) return aDay(dated(Number(inFigures[1]), Number(inFigures[2]), inFigures[3], now));
  return null;
}

/** «du 3 au 14 novembre»: the first has the month of the last. @param {string} text @param {Period | null} last */
function sameMonth(text, last) {
  if (!last || !/^\d{1,2}(?:er)?$/.test(text)) return null;
  const [year = 0, month = 0] = last.to.split("-").map(Number);
  return aDay(real(year, month, Number.parseInt(text, 10)));
}

/** @param {Period | null} period @param {"from" | "to"} end */
function openEnd(period, end) {
  return period && { ...period, [end]: "" };
}

/** @param {string} text @returns {Period | null} */
function aDay(text) {
  return text ? { from: text, to: text } : null;
}

/** @param {number} month @param {string | undefined} year @param {string} now @returns {Period} */
function aMonth(month, year, now) {
  const current = Number(now.slice(0, 4));
  const of = year ? Number(year) : day(current, month, 1) > now ? current - 1 : current;
  return { from: day(of, month, 1), to: day(of, month, lengthOf(of, month)) };
}

/** Return a day; without a year, the last one that is not to come. @param {number} date @param {number} month @param {string | undefined} year @param {string} now */
function dated(date, month, year, now) {
  if (year) return real(Number(year.length === 2 ? `20${year}` : year), month, date);
  const current = Number(now.slice(0, 4));
  const years = [current, current - 1, current - 2, current - 3, current - 4];
  return years.map((each) => real(each, month, date)).find((each) => each && each <= now) ?? "";
}

/** @param {string} name */
function monthNamed(name) {
  return MONTHS.findIndex((names) => names.includes(name)) + 1;
}

/** Return a day that exists; else an empty text. @param {number} year @param {number} month @param {number} date */
function real(year, month, date) {
  return month >= 1 && month <= 12 && date >= 1 && date <= lengthOf(year, month) ? day(year, month, date) : "";
}

/** @param {number} year @param {number} month 1 to 12 */
function lengthOf(year, month) {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** @param {number} year @param {number} month @param {number} date */
function day(year, month, date) {
  return `${year}-${String(month).padStart(2, "0")}-${String(date).padStart(2, "0")}`;
}

/** @param {Date} date of the device's calendar */
function iso(date) {
  return day(date.getFullYear(), date.getMonth() + 1, date.getDate());
}

/** @param {string} text as 2026-11-14 */
function figures(text) {
  return text.split("-").reverse().join("/");
}

/** @param {string} text */
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[’ʼ]/g, "'").toLowerCase().replace(/\s+/g, " ").trim();
}
