import { clock, dayLabel } from "#core/time.js";

import { t } from "../desk/thread/i18n/index.js";
import { nameOf, sentences } from "./history-line.js";

/** @import { Line } from "../types.js" */

/** The lines of the history that the company alone reads. */

/** Why a rule gave the conversation to somebody: messaging/conversation/ownership.py. */
const GIVEN = /** @type {const} */ ({
  responsible: "lineGivenResponsible",
  deputy: "lineGivenDeputy",
  opener: "lineGivenOpener",
  client_responsible: "lineGivenClient",
  client_deputy: "lineGivenClientDeputy",
  least_loaded: "lineGivenLeastLoaded",
  absent: "lineGivenAbsent",
  unowned: "lineGivenUnowned",
});

const WOKEN = /** @type {const} */ ({ time: "lineWokenTime", answer: "lineWokenAnswer", person: "lineWokenPerson" });

Object.assign(sentences, {
  assigned,
  taken_over: (/** @type {Line} */ { by, details: { from } }) => t("lineTakenOver", { name: nameOf(by), from: nameOf(from) }),
  escalated: (/** @type {Line} */ { details: { to, step, waiting_since } }) =>
    t(step === 1 ? "lineEscalatedDeputy" : "lineEscalatedManagers", { to: nameOf(to), since: moment(waiting_since) }),
  snoozed: (/** @type {Line} */ { by, details: { until } }) => t("lineSnoozed", { name: nameOf(by), until: moment(until) }),
  woken: (/** @type {Line} */ { by, details: { reason } }) => t(WOKEN[/** @type {keyof typeof WOKEN} */ (reason)] ?? "lineWokenPerson", { name: nameOf(by) }),
  forwarded: (/** @type {Line} */ { by, details: { address = "", count: n = 0 } }) => t("lineForwarded", { name: nameOf(by), address, n }),
  exported: (/** @type {Line} */ { by }) => t("lineExported", { name: nameOf(by) }),
});

/** @param {Line} line */
function assigned({ by, details: { to, from, reason } }) {
  const names = { name: nameOf(by), to: nameOf(to), from: nameOf(from) };
  if (!by) return t(GIVEN[/** @type {keyof typeof GIVEN} */ (reason)] ?? "lineGiven", names);
  if (to) return t(to.id === by.id ? "lineTaken" : "lineAssigned", names);
  return t(from?.id === by.id ? "lineLeft" : "lineUnassigned", names);
}

/** Example: hier à 14:32. @param {string | null} [at] */
function moment(at) {
  const date = new Date(at ?? NaN);
  return Number.isNaN(date.getTime()) ? "" : t("lineMoment", { day: dayLabel(date), time: clock(date) });
}
