import { html, nothing } from "lit";

import { arrivalLabel } from "#attachments/files.js";
import { icons } from "#core/icons.js";

import { t } from "../i18n/index.js";

/**
 * @import { Message } from "../types.js"
 * @typedef {"sending" | "waiting" | "failed" | "sent" | "read"} SendState
 */

const ICONS = { sending: icons.clock, waiting: icons.clock, failed: icons.warning, sent: icons.sent, read: icons.read };
const TEXTS = /** @type {const} */ ({ sending: "sending", waiting: "waiting", failed: "failed", sent: "sent", read: "readByOther" });

/** Show how far a message has come; in words on screen if it is not sent. @param {SendState} state */
export function stateMark(state) {
  const label = t(TEXTS[state]);
  const isSpelled = state === "failed" || state === "waiting";
  return html`<span class="state" title=${label}>
    ${ICONS[state]}<span class=${isSpelled ? "" : "visually-hidden"}>${label}</span>
  </span>`;
}

/**
 * Show how far a sent message has come. An element of `notifications` tells it. Without that app, only sent and read are
 * known.
 *
 * @param {Message} message
 * @param {SendState | ""} state
 * @param {boolean} isQuiet
 */
export function progress({ id, conversation, seq, author, attachments }, state, isQuiet) {
  if (!state) return nothing;
  // It is there once its files are.
  const arrival = arrivalLabel(attachments);
  if (arrival) return html`<span class="state">${icons.clock}<span>${arrival}</span></span>`;
  if (!customElements.get("delivery-state")) return isQuiet ? nothing : stateMark(state);
  return html`<delivery-state
    message=${id}
    conversation=${conversation}
    seq=${seq}
    of=${author.role === "client" ? "client" : "company"}
    ?read=${state === "read"}
    ?quiet=${isQuiet}
  ></delivery-state>`;
}
