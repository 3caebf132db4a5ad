import { locale } from "#core/i18n/index.js";
import { unit } from "#core/numbers.js";
import { clock, exactLabel } from "#core/time.js";

import { desk } from "../desk/i18n/index.js";
import { t } from "../i18n/index.js";

/**
 * @import { Conversation } from "../types.js"
 * @typedef {"closed" | "snoozed" | "thanks" | "waiting" | "green" | "amber" | "late"} WaitKind
 * @typedef {{ kind: WaitKind, text: string, title: string }} Wait
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * Say what a conversation waits for, by the clock of the page. `messaging/rendering/waits.py` says the same.
 *
 * @param {Conversation} conversation
 * @param {Date} [now]
 * @returns {Wait | null} null: nothing
 */
export function waitOf({ status, snoozed_until, awaiting_reply_since, answer_amber_at, answer_due_at, last_message }, now = new Date()) {
  if (status === "closed") return said("closed", t("closed"));
  if (snoozed_until) return timed("snoozed", "snoozedUntil", new Date(snoozed_until), now);
  if (!awaiting_reply_since) return null;
  if (last_message?.is_thanks && last_message.created_at === awaiting_reply_since) return said("thanks", t("thanks"));
  if (!answer_due_at) return said("waiting", t("awaiting"));
  const due = new Date(answer_due_at);
  if (due <= now) return said("late", desk("lateBy", { time: lateness(due, now) }), exactLabel(due));
  const isAmber = answer_amber_at !== null && new Date(answer_amber_at) <= now;
  return isAmber ? timed("amber", "lateSoon", due, now) : timed("green", "answerBefore", due, now);
}

/** @param {WaitKind} kind @param {string} text @param {string} [title] @returns {Wait} */
function said(kind, text, title = "") {
  return { kind, text, title };
}

/**
 * French says a date with an article and a day without.
 *
 * @param {WaitKind} kind
 * @param {"snoozedUntil" | "answerBefore" | "lateSoon"} key
 * @param {Date} date
 * @param {Date} now
 */
function timed(kind, key, date, now) {
  const days = daysUntil(date, now);
  const text = desk(days > 6 ? `${key}Date` : key, { when: whenLabel(date, days) });
  return said(kind, text, exactLabel(date));
}

/** Examples: 14:30, demain 8 h, lundi 8 h, 14 déc. 8 h. @param {Date} date @param {number} days from now */
function whenLabel(date, days) {
  if (days <= 0) return hourLabel(date);
  return desk("dayAndHour", { day: dayAfter(date, days), hour: hourLabel(date) });
}

/** @param {Date} date @param {number} days */
function dayAfter(date, days) {
  if (days === 1) return desk("tomorrow");
  const options = /** @type {Intl.DateTimeFormatOptions} */ (days > 6 ? { day: "numeric", month: "short" } : { weekday: "long" });
  return new Intl.DateTimeFormat(locale(), options).format(date);
}

/** Examples: 8 h, 14:30, 8:00 AM. @param {Date} date */
function hourLabel(date) {
  const isWhole = date.getMinutes() === 0 && locale().startsWith("fr");
  return isWhole ? unit(date.getHours(), "hour") : clock(date);
}

/** @param {Date} due @param {Date} now */
function lateness(due, now) {
  const late = now.getTime() - due.getTime();
  if (late < HOUR_MS) return unit(Math.max(1, Math.floor(late / MINUTE_MS)), "minute");
  return late < DAY_MS ? unit(Math.floor(late / HOUR_MS), "hour") : unit(Math.floor(late / DAY_MS), "day");
}

/** Return the nights until a date. @param {Date} date @param {Date} now */
function daysUntil(date, now) {
  return Math.round((startOf(date) - startOf(now)) / DAY_MS);
}

/** @param {Date} date */
function startOf(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
