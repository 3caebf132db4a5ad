import { LitElement, css, html, nothing } from "lit";

import { sizeLabel } from "#attachments/files.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../exports/i18n/index.js";

/**
 * @import { Me } from "#core/types.js"
 * @import { Api } from "#api"
 */

/**
 * What is to be exported, and with what. Sends `export-start` {kind, subject, with_files, with_notes}.
 *
 * @property {Pick<Me, "id" | "role"> | null} me
 * @property {Api["ExportChoice"][]} choices
 * @property {boolean} busy it is being asked for
 * @property {string} error
 */
export class ExportForm extends LitElement {
  static properties = { me: { attribute: false }, choices: { attribute: false }, busy: { type: Boolean }, error: {}, withNotes: { state: true } };

  static styles = [
    shared,
    css`
      form {
        display: grid;
        gap: var(--space-3);
        padding: var(--space-4);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface);
      }

      fieldset {
        display: grid;
        gap: var(--space-2);
        min-width: 0;
        padding: 0;
        border: 0;
        margin: 0;
      }

      legend {
        padding: 0;
        margin-block-end: var(--space-1);
        font-weight: 600;
      }

      label {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: var(--space-3);
        align-items: center;
        min-height: var(--touch);
      }

      input {
        width: 1.25rem;
        height: 1.25rem;
        margin: 0;
        accent-color: var(--brand);
      }

      .what {
        display: grid;
        overflow-wrap: anywhere;
      }

      .amount,
      .hint {
        color: var(--ink-soft);
        font-size: var(--text-s);
        text-wrap: pretty;
      }

      .warning {
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--danger);
        border-radius: var(--radius-s);
        color: var(--danger);
      }

      .button {
        justify-self: start;
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Pick<Me, "id" | "role"> | null} */
    this.me = null;
    /** @type {Api["ExportChoice"][]} */
    this.choices = [];
    this.busy = false;
    this.error = "";
    this.withNotes = false;
  }

  /** @override */
  render() {
    return html`<form @submit=${this.#start}>
      <fieldset>
        <legend>${t("what")}</legend>
        ${this.choices.map((choice, index) => this.#choice(choice, index))}
      </fieldset>
      <div>
        <label><input type="checkbox" name="files" checked />${t("withFiles")}</label>
        ${this.me && this.me.role !== "client"
          ? html`<label><input type="checkbox" name="notes" .checked=${this.withNotes} @change=${this.#onNotes} />${t("withNotes")}</label>`
          : nothing}
      </div>
      ${this.withNotes ? html`<p class="warning" role="status">${t("notesWarning")}</p>` : nothing}
      ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}
      <button class="button primary" ?disabled=${this.busy}>${t("start")}</button>
      <p class="hint">${t("startHint")}</p>
    </form>`;
  }

  /** @param {Api["ExportChoice"]} choice @param {number} index */
  #choice({ kind, subject, label, conversations, messages, files, bytes }, index) {
    const isMine = kind === "person" && subject === this.me?.id;
    const isClient = this.me?.role === "client";
    const amounts = [kind === "conversation" ? "" : t("conversations", { n: conversations }), t("amount", { n: messages }), files ? t("files", { n: files, size: sizeLabel(bytes) }) : ""];
    return html`<label>
      <input type="radio" name="choice" value=${index} ?checked=${index === 0} />
      <span class="what">
        <span>${t(isMine ? "mine" : kind === "client" && isClient ? "wholeClient" : kind)}${isMine ? nothing : html` – <b>${label}</b>`}</span>
        <span class="amount">${amounts.filter(Boolean).join("\u00a0· ")}</span>
      </span>
    </label>`;
  }

  /** @param {{ target: HTMLInputElement }} event */
  #onNotes({ target }) {
    this.withNotes = target.checked;
  }

  /** @param {SubmitEvent} event */
  #start(event) {
    event.preventDefault();
    const values = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const chosen = this.choices[Number(values.get("choice"))];
    if (!chosen || this.busy) return;
    const { kind, subject } = chosen;
    const detail = { kind, subject, with_files: values.has("files"), with_notes: values.has("notes") };
    this.dispatchEvent(new CustomEvent("export-start", { detail, bubbles: true, composed: true }));
  }
}

customElements.define("export-form", ExportForm);
