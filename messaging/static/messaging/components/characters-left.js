import { html, nothing } from "lit";

import { t } from "../i18n/index.js";

// Show the counter once no more characters than this are left.
const COUNTED_FROM_LEFT = 1_000;

/**
 * Show how many more characters may be written once they are few, or how many are too many.
 *
 * @param {number} left below 0 if there are too many; Infinity without a limit
 * @param {number} [from]
 */
export function charactersLeft(left, from = COUNTED_FROM_LEFT) {
  if (left > from) return nothing;
  return left < 0
    ? html`<span class="is-over" role="alert">${t("tooLong", { n: -left })}</span>`
    : html`<span>${t("charactersLeft", { n: left })}</span>`;
}
