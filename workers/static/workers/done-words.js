import { t } from "./i18n/index.js";

/**
 * Say what a person has just done.
 *
 * @param {"retry" | "cancel" | "discard" | "note" | "act"} call
 * @param {any} detail of the event
 * @param {number} n how many
 */
export function doneWords(call, detail, n) {
  if (call === "act") return t(/** @type {"did_queues_pause"} */ (`did_${detail.what}_${detail.verb}`), { n, name: detail.name });
  if (call === "note") return t("owner" in detail.changes ? "did_owner" : "did_note");
  return t(`did_${call}`, { n });
}
