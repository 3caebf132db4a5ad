import { LitElement, css, html, nothing } from "lit";

import { shared } from "#core/shared-styles.js";

import { t } from "../desk/thread/i18n/index.js";

// Long enough to read it and to reach the button.
const SHOWN_MS = 8_000;

/**
 * Says what was done, with a button that undoes it, for eight seconds. It stays while a pointer or the focus is on it.
 *
 * @property {{ text: string, undo: (() => void) | null } | null} done null: nothing is shown
 * @fires {CustomEvent<null>} undo-end - the time to undo is over
 */
export class UndoToast extends LitElement {
  static properties = { done: { attribute: false } };

  static styles = [
    shared,
    css`
      :host {
        position: absolute;
        inset-block-end: var(--space-4);
        inset-inline: var(--space-4);
        z-index: 6;
        display: flex;
        justify-content: center;
        pointer-events: none;
      }

      div:not(:empty) {
        display: flex;
        gap: var(--space-3);
        align-items: center;
        max-width: 36rem;
        padding-inline: var(--space-4) var(--space-2);
        border-radius: var(--radius-m);
        background: var(--ink);
        color: var(--surface);
        font-size: var(--text-s);
        box-shadow: var(--shadow-high);
        pointer-events: auto;
      }

      p {
        padding-block: var(--space-2);
        padding-inline-end: var(--space-2);
      }

      button {
        min-height: var(--touch);
        padding-inline: var(--space-3);
        border: 0;
        border-radius: var(--radius-s);
        background: transparent;
        color: inherit;
        font-weight: 700;
        text-decoration: underline;
      }
    `,
  ];

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    super();
    /** @type {{ text: string, undo: (() => void) | null } | null} */
    this.done = null;
    this.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    this.addEventListener("pointerleave", () => this.#wait());
    this.addEventListener("focusin", () => clearTimeout(this.#timer));
    this.addEventListener("focusout", () => this.#wait());
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.#wait();
  }

  /** @override */
  disconnectedCallback() {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  /** @override @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("done")) this.#wait();
  }

  #wait() {
    clearTimeout(this.#timer);
    if (this.done) this.#timer = setTimeout(() => this.dispatchEvent(new CustomEvent("undo-end", { bubbles: true, composed: true })), SHOWN_MS);
  }

  /** @override */
  render() {
    const { text, undo } = this.done ?? {};
    return html`<div role="status">${text ? html`<p>${text}</p>` : nothing}${undo ? html`<button @click=${undo}>${t("undo")}</button>` : nothing}</div>`;
  }
}

customElements.define("undo-toast", UndoToast);
