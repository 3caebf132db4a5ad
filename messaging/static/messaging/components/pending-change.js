import { css, html, nothing } from "lit";

import { icons } from "#core/icons.js";

import { t } from "../i18n/index.js";

/**
 * What a bubble or a note shows of a change that the server has not confirmed.
 *
 * @import { ChangingMessage, Pending } from "../types.js"
 * @typedef {{ label: string, act: () => void }} Act
 */

export const changeStyles = css`
  .is-leaving {
    text-decoration: line-through;
    opacity: 0.7;
  }

  .change,
  .unkept {
    display: inline-flex;
    gap: var(--space-1);
    align-items: center;
  }

  .change .icon {
    width: 0.9375rem;
    height: 0.9375rem;
  }

  .unkept {
    color: var(--danger);
    font-weight: 600;
  }

  .undo {
    min-height: 1.5rem;
    padding-inline: var(--space-1);
    border: 0;
    background: transparent;
    color: var(--brand-text);
    font-weight: 650;
    text-decoration: underline;
  }

  .refused {
    color: var(--ink-soft);
    font-style: italic;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  @media (hover: none) {
    .undo {
      min-height: var(--touch);
    }
  }
`;

/** @param {object} shown a message or a note @returns {Pending | undefined} */
export function changeOf(shown) {
  return /** @type {ChangingMessage} */ (shown).pending;
}

/** Return true while a message or note is about to be deleted. @param {object} shown */
export function isLeaving(shown) {
  const pending = changeOf(shown);
  return (pending?.kind === "delete" || pending?.kind === "note-delete") && pending.state !== "failed";
}

/** @param {Pending} pending */
function isEdit({ kind }) {
  return kind === "edit" || kind === "note-edit";
}

/**
 * Say that a change waits, and let it be undone. A change that is sent at once shows nothing.
 *
 * @param {Pending | undefined} pending
 * @param {() => void} undo
 */
export function changeMark(pending, undo) {
  if (!pending || pending.state === "failed" || !(pending.state === "waiting" || pending.isRetried)) return nothing;
  const words = isEdit(pending) ? t("editWaiting") : t(pending.kind === "note" ? "waiting" : "removalWaiting");
  return html`<span class="change">${icons.clock}${words}</span>
    ${pending.kind === "note" ? nothing : html`<button class="undo" @click=${undo}>${t("undo")}</button>`}`;
}

/**
 * Say why a change was refused, with the text that would be lost.
 *
 * @param {Pending | undefined} pending
 * @param {Act[]} acts
 */
export function changeFailure(pending, acts) {
  if (pending?.state !== "failed") return nothing;
  const text = isEdit(pending) ? html`<p class="failure refused" dir="auto">${pending.body}</p>` : nothing;
  return failure(pending.error, acts, text);
}

/**
 * Say why something was refused, and what the person can do.
 *
 * @param {string} error
 * @param {Act[]} acts
 * @param {unknown} [text] what would be lost
 */
export function failure(error, acts, text = nothing) {
  return html`<p class="failure" role="alert">${error}</p>
    ${text}
    <div class="failure" role="group" aria-label=${t("failedActions")}>
      ${acts.map(({ label, act }) => html`<button @click=${act}>${label}</button>`)}
    </div>`;
}
