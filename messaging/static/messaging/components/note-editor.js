import { LitElement, css, html } from "lit";

import { shared } from "#core/shared-styles.js";
import { cleaned, isBlank, lengthOf } from "#core/text.js";

import { t } from "../writing/i18n/index.js";
import { charactersLeft } from "./characters-left.js";

/** @import { Limits } from "#core/types.js" */

/**
 * Changes the text of a note.
 *
 * @property {string} body the text to begin with
 * @property {Limits | null} limits
 * @fires {CustomEvent<{ body: string }>} note-save - the new text
 * @fires {CustomEvent<null>} note-cancel - the note stays as it is
 */
export class NoteEditor extends LitElement {
  static properties = { body: { attribute: false }, limits: { attribute: false }, text: { state: true } };

  static styles = [
    shared,
    css`
      textarea {
        width: 100%;
        min-height: 5rem;
        max-height: 40dvh;
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--note-line);
        border-radius: var(--radius-m);
        background: var(--surface);
        color: var(--ink);
        font-size: max(1rem, 16px);
        field-sizing: content;
      }

      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        align-items: center;
        justify-content: flex-end;
      }

      .save {
        border-color: transparent;
        background: var(--note-strong);
        color: var(--on-note-strong);
      }

      .save:hover {
        background: var(--note-strong);
      }
    `,
  ];

  constructor() {
    super();
    this.body = "";
    /** @type {Limits | null} */
    this.limits = null;
    this.text = "";
  }

  /** @override @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("body")) this.text = this.body;
  }

  /** @override */
  firstUpdated() {
    const field = this.#field;
    field?.focus();
    field?.setSelectionRange(this.text.length, this.text.length);
  }

  /** @override */
  render() {
    return html`<textarea aria-label=${t("noteText")} dir="auto" .defaultValue=${this.body} @input=${() => (this.text = this.#field?.value ?? "")} @keydown=${this.#onKey}></textarea>
      <div class="buttons">
        ${charactersLeft(this.#left)}
        <button class="button" @click=${() => this.#send("note-cancel", null)}>${t("cancel")}</button>
        <button class="button save" ?disabled=${!this.#canSave} @click=${this.#save}>${t("save")}</button>
      </div>`;
  }

  get #left() {
    return (this.limits?.message_max_characters ?? Infinity) - lengthOf(this.text);
  }

  get #canSave() {
    return !isBlank(this.text) && this.#left >= 0;
  }

  get #field() {
    return this.renderRoot.querySelector("textarea");
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    // Escape of the editor closes nothing else.
    if (event.key === "Escape") event.stopPropagation();
    if (event.key === "Escape") this.#send("note-cancel", null);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#save();
  }

  #save() {
    if (this.#canSave) this.#send("note-save", { body: cleaned(this.text) });
  }

  /** @param {string} type @param {object | null} detail */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

customElements.define("note-editor", NoteEditor);
