import { desk } from "../desk/tools/i18n/index.js";
import * as api from "../list-api.js";

/**
 * @import { BulkAnswer, BulkChange } from "../list-api.js"
 * @import { Conversation } from "../types.js"
 * @import { InboxController } from "./inbox-controller.js"
 * @typedef {"assigned" | "closed" | "reopened" | "snoozed"} Done
 * @typedef {BulkAnswer["results"][number]} Result
 */

// As messaging/serializers/bulk.py.
export const AT_ONCE = 200;
const TEXTS = /** @type {const} */ ({ assigned: "bulkAssigned", closed: "bulkClosed", reopened: "bulkReopened", snoozed: "bulkSnoozed" });

/** The rows that are selected, and what is done with all of them. */
export class Selection {
  /** @type {Set<string>} */
  ids = new Set();
  isOn = false;
  /** What was done, to be said and undone. @type {{ text: string, undo: (() => void) | null } | null} */
  done = null;

  #inbox;
  #shown;
  /** Where a range begins. */
  #anchor = "";

  /** @param {InboxController} inbox @param {() => Conversation[]} shown the rows of the list */
  constructor(inbox, shown) {
    this.#inbox = inbox;
    this.#shown = shown;
    const { host } = inbox;
    host.addEventListener("row-check", (event) => this.check(/** @type {CustomEvent} */ (event).detail));
    host.addEventListener("select-mode", (event) => this.#begin(/** @type {CustomEvent} */ (event).detail.selecting));
    host.addEventListener("select-all", () => this.#set(this.#shown().slice(0, AT_ONCE).map(({ id }) => id)));
    host.addEventListener("bulk", (event) => void this.apply([...this.ids], /** @type {CustomEvent} */ (event).detail.change));
    host.addEventListener("undo-end", () => this.#say(null));
    host.addEventListener("list-chosen", () => this.clear());
  }

  /** @param {{ id: string, isRange?: boolean }} row */
  check({ id, isRange = false }) {
    const ids = new Set(this.ids);
    const isChosen = !ids.has(id);
    for (const each of isRange ? rangeOf(this.#shown(), this.#anchor, id) : [id]) {
      if (isChosen) ids.add(each);
      else ids.delete(each);
    }
    this.#anchor = id;
    this.#set([...ids]);
  }

  clear() {
    this.isOn = false;
    this.#set([]);
  }

  /** @param {boolean} isOn */
  #begin(isOn) {
    if (!isOn) return this.clear();
    this.isOn = true;
    this.#set([...this.ids]);
  }

  /** @param {string[]} ids */
  #set(ids) {
    if (ids.length > AT_ONCE) this.#inbox.say(desk("selectLimit"));
    this.ids = new Set(ids.slice(0, AT_ONCE));
    this.isOn ||= this.ids.size > 0;
    this.#inbox.host.requestUpdate();
  }

  /** Change conversations, and offer to undo it. @param {string[]} ids @param {BulkChange} change */
  async apply(ids, change) {
    if (ids.length === 0) return;
    await this.#inbox.attempt(async () => {
      const results = await this.#send(ids, change);
      this.clear();
      const changed = results.filter(({ outcome }) => outcome === "changed");
      const undo = changed.length > 0 ? () => void this.#undo(changed, change) : null;
      this.#say({ text: said(results, change), undo });
    });
  }

  /** @param {Result[]} changed @param {BulkChange} change */
  async #undo(changed, change) {
    this.#say(null);
    await this.#inbox.attempt(async () => {
      for (const { ids, back } of undoing(changed, change)) await this.#send(ids, back);
      this.#say({ text: desk("bulkUndone"), undo: null });
    });
  }

  /** @param {string[]} ids @param {BulkChange} change */
  async #send(ids, change) {
    const { messenger } = this.#inbox;
    const { results, conversations } = await api.changeMany(ids, change);
    messenger?.store.mergeConversations(conversations).forEach((id) => void messenger.sync.catchUp(id));
    return results;
  }

  /** @param {Selection["done"]} done */
  #say(done) {
    this.done = done;
    this.#inbox.host.requestUpdate();
  }
}

/**
 * Return the ids of the rows between two, both included; the second alone if the first is not there.
 *
 * @param {{ id: string }[]} rows
 * @param {string} from
 * @param {string} to
 */
export function rangeOf(rows, from, to) {
  const [one, other] = [rows.findIndex(({ id }) => id === from), rows.findIndex(({ id }) => id === to)];
  if (one < 0 || other < 0) return [to];
  return rows.slice(Math.min(one, other), Math.max(one, other) + 1).map(({ id }) => id);
}

/**
 * Return the changes that give conversations back what they had: one for each value. Closing also ends a pause, so that comes
 * back after the status.
 *
 * @param {Result[]} changed
 * @param {BulkChange} change
 * @param {Date} [now]
 * @returns {{ ids: string[], back: BulkChange }[]}
 */
export function undoing(changed, change, now = new Date()) {
  const isAhead = (/** @type {string | null | undefined} */ until) => Boolean(until) && new Date(/** @type {string} */ (until)) > now;
  if ("assigned_to" in change) return byValue(changed, ({ was }) => ({ assigned_to: was?.assigned_to ?? null }));
  const paused = changed.filter(({ was }) => isAhead(was?.snoozed_until));
  const pauses = byValue(paused, ({ was }) => ({ snoozed_until: was?.snoozed_until ?? null }));
  if ("status" in change) return [...byValue(changed, ({ was }) => ({ status: was?.status })), ...pauses];
  return [...byValue(changed.filter((each) => !paused.includes(each)), () => ({ snoozed_until: null })), ...pauses];
}

/** @param {Result[]} results @param {(result: Result) => BulkChange} backOf */
function byValue(results, backOf) {
  const groups = Map.groupBy(results, (result) => JSON.stringify(backOf(result)));
  return [...groups].map(([back, group]) => ({ ids: group.map(({ id }) => id), back: /** @type {BulkChange} */ (JSON.parse(back)) }));
}

/** @param {Result[]} results @param {BulkChange} change */
function said(results, change) {
  const n = results.filter(({ outcome }) => outcome === "changed").length;
  const refused = results.filter(({ outcome }) => outcome === "refused");
  const parts = [
    ...(n > 0 ? [desk(TEXTS[doneBy(change)], { n })] : []),
    ...(refused.length > 0 ? [desk("bulkRefused", { n: refused.length, reason: refused[0]?.detail ?? "" })] : []),
  ];
  return parts.join(" ") || desk("bulkNothing");
}

/** @param {BulkChange} change @returns {Done} */
function doneBy(change) {
  if ("assigned_to" in change) return "assigned";
  if ("snoozed_until" in change) return "snoozed";
  return change.status === "closed" ? "closed" : "reopened";
}
