import { html, nothing } from "lit";

import { arrivalLabel } from "#attachments/files.js";
import { icons } from "#core/icons.js";

import { t } from "../i18n/index.js";

/**
 * @import { Sending } from "#attachments/types.js"
 * @import { Message, Pending, PendingMessage } from "../types.js"
 * @typedef {"sending" | "waiting" | "failed" | "sent" | "read"} SendState
 */

const ICONS = { sending: icons.clock, waiting: icons.clock, failed: icons.warning, sent: icons.sent, read: icons.read };
const TEXTS = /** @type {const} */ ({ sending: "sending", waiting: "waiting", failed: "failed", sent: "sent", read: "readByOther" });

/** Return how far something unsent has come. @param {Pick<Pending, "state" | "needsLogin">} pending */
export function unsentLabel({ state, needsLogin }) {
  return t(state === "waiting" && needsLogin ? "waitingForLogin" : TEXTS[state]);
}

/**
 * Show how far a message has come; in words on screen if it is not sent.
 *
 * @param {SendState} state
 * @param {string} [label]
 */
function stateMark(state, label = t(TEXTS[state])) {
  const isSpelled = state !== "sent" && state !== "read";
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
 * @param {ReadonlyMap<string, Sending> | null} sendings the uploads of this browser
 */
function progress({ id, conversation, seq, author, attachments }, state, isQuiet, sendings) {
  if (!state) return nothing;
  // It is there once its files are.
  const arrival = arrivalLabel(attachments, sendings);
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

/**
 * Show how far a message of the reader's own side has come.
 *
 * @param {Message | PendingMessage} message
 * @param {SendState | ""} state
 * @param {boolean} isQuiet shows only what went wrong
 * @param {ReadonlyMap<string, Sending> | null} sendings the uploads of this browser
 */
export function shownState(message, state, isQuiet, sendings) {
  if ("author" in message) return progress(message, state, isQuiet, sendings);
  return state ? stateMark(state, unsentLabel(message)) : nothing;
}
