import { LitElement, css, html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { clock, exactLabel } from "#core/time.js";

import { t } from "../i18n/index.js";
import { linkedText } from "./linked-text.js";

/** @import { Note } from "../types.js" */

/**
 * A note between colleagues, in its place in the thread. It looks different from everything a client sees. Sends
 * `note-delete` {note}.
 *
 * @property {Note} note
 * @property {boolean} mine
 */
export class InternalNote extends LitElement {
  static properties = { note: { attribute: false }, mine: { type: Boolean }, asks: { state: true } };

  static styles = [
    shared,
    css`
      :host {
        display: block;
        padding-block: var(--space-3) var(--space-1);
      }

      article {
        padding: var(--space-2) var(--space-3);
        border: 1px dashed var(--note-line);
        border-inline-start: 4px solid var(--note-line);
        border-radius: var(--radius-s);
        background: var(--note);
        color: var(--note-ink);
      }

      header {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-2);
        align-items: center;
        min-height: 2rem;
        font-size: var(--text-xs);
      }

      header .icon {
        width: 1rem;
        height: 1rem;
      }

      b {
        letter-spacing: 0.04em;
        text-transform: uppercase;
      }

      .body {
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }

      a {
        color: inherit;
      }

      button {
        min-height: 2rem;
        padding-inline: var(--space-2);
        border: 0;
        border-radius: var(--radius-s);
        background: transparent;
        font-weight: 600;
        text-decoration: underline;
      }

      .buttons {
        margin-inline-start: auto;
      }

      @media (hover: none) {
        button {
          min-height: var(--touch);
        }
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Note | null} */
    this.note = null;
    this.mine = false;
    this.asks = false;
  }

  /** @override */
  render() {
    if (!this.note) return nothing;
    const date = new Date(this.note.created_at);
    return html`<article aria-label=${t("noteLabel")}>
      <header>
        ${icons.lock}<b>${t("noteLabel")}</b>
        <span>${this.note.author.name}</span>
        <time datetime=${this.note.created_at} title=${exactLabel(date)}>${clock(date)}</time>
        ${this.mine ? html`<span class="buttons">${this.#buttons()}</span>` : nothing}
      </header>
      <p class="body" dir="auto">${linkedText(this.note.body)}</p>
    </article>`;
  }

  #buttons() {
    if (!this.asks) return html`<button @click=${() => (this.asks = true)}>${t("remove")}</button>`;
    return html`<span>${t("confirmRemoveNote")}</span> <button @click=${this.#remove}>${t("remove")}</button>
      <button @click=${() => (this.asks = false)}>${t("cancel")}</button>`;
  }

  #remove() {
    this.asks = false;
    this.dispatchEvent(new CustomEvent("note-delete", { detail: { note: this.note }, bubbles: true, composed: true }));
  }
}

customElements.define("internal-note", InternalNote);
