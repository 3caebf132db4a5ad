import { soonLabel } from "#core/time.js";

import { t } from "../i18n/index.js";

/**
 * Who answers and how soon, in words. messaging/rendering/answers.py says the same.
 *
 * @import { Me } from "#core/types.js"
 * @typedef {NonNullable<Me["answers"]>} Answers
 * @typedef {{ id?: string, name: string } | null} Answerer
 */

/** @type {Record<string, (count: number) => string>} */
const UNITS = {
  minute: (count) => t("usualMinutes", { count: String(count) }),
  hour: (count) => (count === 1 ? t("usualHour") : t("usualHours", { count: String(count) })),
  day: (count) => (count === 1 ? t("usualDay") : t("usualDays", { count: String(count) })),
};

/**
 * Return when the company works again, who answers, and how soon they usually do. Empty if nothing is known.
 *
 * @param {Answerer} person who answers here
 * @param {Answers} answers the `answers` of GET /me
 */
export function sentence(person, answers, now = new Date()) {
  const opens = upcoming(answers.office_opens_at, now);
  const delay = delayInWords(answers.usual);
  const who = whoSays(person, answers, delay, now);
  return [opens && t("officeOpens", { when: soonLabel(opens, now) }), who].filter(Boolean).join(" ");
}

/** Return the path of the person's photo, if it came with who answers. @param {Answerer} person @param {Answers | null} answers */
export function photoOf(person, answers) {
  return [answers?.person, answers?.absent?.person].find((known) => known && known.id === person?.id)?.photo ?? null;
}

/** @param {Answerer} person @param {Answers} answers @param {string} delay @param {Date} now */
function whoSays(person, answers, delay, now) {
  const isThePerson = person?.id === answers.person?.id;
  const isAway = person?.id === answers.absent?.person.id;
  if (person && answers.person && answers.absent && (isThePerson || isAway)) return replaced(answers.person.name, answers.absent, delay, now);
  const back = answers.status === "absent" && isThePerson ? upcoming(answers.back_at, now) : null;
  if (person && back) return `${t("backOn", { name: person.name, when: soonLabel(back, now) })} ${t("meanwhileTeam")}`;
  if (delay) return t("answersWithin", { name: person?.name ?? t("company"), delay });
  return person ? t("answersYou", { name: person.name }) : "";
}

/** @param {string} name @param {NonNullable<Answers["absent"]>} absent @param {string} delay @param {Date} now */
function replaced(name, { person, back_at }, delay, now) {
  const back = upcoming(back_at, now);
  const away = back ? t("backOn", { name: person.name, when: soonLabel(back, now) }) : t("awayNow", { name: person.name });
  return `${away} ${delay ? t("meanwhileWithin", { name, delay }) : t("meanwhile", { name })}`;
}

/** A moment that is still to come, on a page that was opened before. @param {string | null} moment @param {Date} now */
function upcoming(moment, now) {
  const date = moment ? new Date(moment) : null;
  return date && date > now ? date : null;
}

/** Examples: 15 minutes, 1 heure ouvrée, 2 jours ouvrés. @param {Answers["usual"]} usual */
export function delayInWords(usual) {
  return usual ? (UNITS[usual.unit]?.(usual.count) ?? "") : "";
}
