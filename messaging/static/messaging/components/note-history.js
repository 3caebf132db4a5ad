import { LitElement, css, html, nothing } from "lit";

import { shared } from "#core/shared-styles.js";
import { exactLabel } from "#core/time.js";

import { t } from "../writing/i18n/index.js";

/**
 * @import { Api } from "#api"
 * @import { Note } from "../types.js"
 */

/**
 * Says that a note was edited, and shows its earlier texts.
 *
 * @property {Note | null} note
 * @fires {CustomEvent<{ note: Note, show: (revisions: Api["NoteRevision"][] | null) => void }>} note-revisions - the earlier texts are wanted; null if they cannot be had now
 */
export class NoteHistory extends LitElement {
  static properties = { note: { attribute: false }, revisions: { state: true }, isOpen: { state: true } };

  static styles = [
    shared,
    css`
      button {
        min-height: 2rem;
        padding: 0;
        border: 0;
        background: transparent;
        font-size: var(--text-xs);
        text-decoration: underline;
      }

      ol {
        display: grid;
        gap: var(--space-2);
        padding-block: var(--space-1) var(--space-2);
      }

      li {
        padding-inline-start: var(--space-3);
        border-inline-start: 2px solid var(--note-line);
      }

      small {
        font-size: var(--text-xs);
      }

      p {
        overflow-wrap: anywhere;
        white-space: pre-wrap;
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
    /** @type {Api["NoteRevision"][] | null} */
    this.revisions = [];
    this.isOpen = false;
  }

  /** @override @param {Map<string, any>} changed */
  willUpdate(changed) {
    const before = changed.get("note");
    if (before && before.edited_at !== this.note?.edited_at && this.isOpen) this.#ask();
  }

  /** @override */
  render() {
    return html`<button aria-expanded=${this.isOpen} @click=${this.#toggle}>${t("noteHistory")}</button>
      ${this.isOpen ? this.#list() : nothing}`;
  }

  #list() {
    if (!this.revisions) return html`<p role="status">${t("revisionsAway")}</p>`;
    return html`<ol aria-label=${t("noteRevisions")}>
      ${this.revisions.map(
        ({ body, replaced_at }) => html`<li>
          <small>${t("replacedAt", { date: exactLabel(new Date(replaced_at)) })}</small>
          <p dir="auto">${body}</p>
        </li>`,
      )}
    </ol>`;
  }

  #toggle() {
    this.isOpen = !this.isOpen;
    if (this.isOpen) this.#ask();
  }

  #ask() {
    const show = (/** @type {Api["NoteRevision"][] | null} */ revisions) => (this.revisions = revisions);
    this.dispatchEvent(new CustomEvent("note-revisions", { detail: { note: this.note, show }, bubbles: true, composed: true }));
  }
}

customElements.define("note-history", NoteHistory);
