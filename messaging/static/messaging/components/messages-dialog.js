import { css, html, nothing } from "lit";

import { clock, dayLabel } from "#core/time.js";

import { t } from "../desk/thread/i18n/index.js";
import { DeskDialog } from "./desk-dialog.js";
import "./search-picker.js";

/**
 * @import { Choice } from "../state/choices-found.js"
 * @import { Message } from "../types.js"
 */

/**
 * A dialog in which messages are chosen, to split them off or to forward them by email. Sends `chosen` {messages, subject,
 * chantier} or {messages, to, comment}.
 *
 * @property {"split" | "forward"} kind
 * @property {Message[]} messages the loaded ones
 * @property {string} first the id of the message from which it was opened
 * @property {Choice[]} chantiers of the client
 * @property {string} chantier the id of the present one
 */
export class MessagesDialog extends DeskDialog {
  static properties = {
    ...DeskDialog.properties,
    kind: {},
    messages: { attribute: false },
    first: {},
    chantiers: { attribute: false },
    chantier: {},
    chosen: { state: true },
    said: { state: true },
  };

  static styles = [
    ...DeskDialog.styles,
    css`
      fieldset {
        overflow-y: auto;
        max-height: 32dvh;
        padding: 0;
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        margin: 0;
      }

      legend {
        padding: 0;
        margin-block-end: var(--space-1);
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 600;
      }

      .message {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0 var(--space-3);
        align-items: start;
        padding: var(--space-2) var(--space-3);
      }

      .message + .message {
        border-block-start: 1px solid var(--line);
      }

      .message:hover {
        background: var(--surface-hover);
      }

      .message input {
        width: 1.25rem;
        height: 1.25rem;
        margin: 2px 0 0;
        accent-color: var(--brand);
      }

      .message b {
        font-weight: 600;
      }

      .message small {
        color: var(--ink-soft);
        font-size: var(--text-xs);
      }

      .excerpt {
        display: -webkit-box;
        overflow: hidden;
        font-size: var(--text-s);
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow-wrap: anywhere;
      }

      textarea {
        min-height: 4.5rem;
        resize: vertical;
      }
    `,
  ];

  constructor() {
    super();
    /** @type {"split" | "forward"} */
    this.kind = "split";
    /** @type {Message[]} */
    this.messages = [];
    this.first = "";
    /** @type {Choice[]} */
    this.chantiers = [];
    this.chantier = "";
    /** @type {ReadonlySet<string>} */
    this.chosen = new Set();
    /** What is missing. */
    this.said = "";
  }

  /** @override */
  firstUpdated() {
    if (this.first) this.chosen = new Set([this.first]);
    super.firstUpdated();
    void this.updateComplete.then(() => this.renderRoot.querySelector("input:checked")?.scrollIntoView({ block: "center" }));
  }

  /** @override */
  get heading() {
    return t(this.kind === "split" ? "splitTitle" : "forwardTitle");
  }

  /** @override */
  content() {
    const isSplit = this.kind === "split";
    return html`<p class="hint">${t(isSplit ? "splitText" : "forwardText")}</p>
      <div>
        <p class="hint" role="status">${t("messagesChosen", { n: this.chosen.size })}</p>
        <fieldset aria-label=${t("chooseMessages")}>${this.messages.filter(({ deleted_at }) => !deleted_at).map((message) => this.#message(message))}</fieldset>
      </div>
      ${isSplit ? this.#splitFields() : this.#forwardFields()} ${this.said ? html`<p class="error" role="alert">${this.said}</p>` : nothing}`;
  }

  /** @param {Message} message */
  #message({ id, author, created_at, body, attachments }) {
    const date = new Date(created_at);
    return html`<label class="message">
      <input type="checkbox" .checked=${this.chosen.has(id)} @change=${() => this.#toggle(id)} />
      <span>
        <b>${author.name}</b> <small>${t("lineMoment", { day: dayLabel(date), time: clock(date) })}</small>
        <span class="excerpt" dir="auto">${body || t("fileOnly", { n: attachments.length })}</span>
      </span>
    </label>`;
  }

  #splitFields() {
    return html`<div class="field"><label for="subject">${t("newSubject")}</label><input id="subject" class="control" maxlength="150" autocomplete="off" /></div>
      <search-picker label=${t("chantier")} .choices=${this.chantiers} ordered value=${this.chantier} @pick=${this.#onPick}></search-picker>`;
  }

  #forwardFields() {
    return html`<div class="field"><label for="to">${t("address")}</label><input id="to" class="control" type="email" inputmode="email" autocomplete="email" /></div>
      <div class="field"><label for="comment">${t("comment")}</label><textarea id="comment" class="control" maxlength="5000"></textarea></div>`;
  }

  /** @override */
  buttons() {
    return this.choice(t(this.kind === "split" ? "splitDo" : "forwardDo"));
  }

  /** @param {CustomEvent} event */
  #onPick({ detail }) {
    this.chantier = detail.id;
  }

  /** @param {string} id */
  #toggle(id) {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(id)) chosen.add(id);
    this.chosen = chosen;
  }

  /** @override */
  submit() {
    this.said = this.#missing();
    if (this.said) return;
    const messages = this.messages.flatMap(({ id }) => (this.chosen.has(id) ? [id] : []));
    const written = this.kind === "split" ? { subject: this.#text("#subject"), chantier: this.chantier || null } : { to: this.#text("#to"), comment: this.#text("#comment") };
    this.dispatchEvent(new CustomEvent("chosen", { detail: { messages, ...written } }));
  }

  #missing() {
    if (this.chosen.size === 0) return t("needMessages");
    if (this.kind === "split") return this.#text("#subject") ? "" : t("needSubject");
    return this.#text("#to") ? "" : t("needAddress");
  }

  /** @param {string} selector */
  #text(selector) {
    return /** @type {HTMLInputElement | HTMLTextAreaElement | null} */ (this.renderRoot.querySelector(selector))?.value.trim() ?? "";
  }
}

customElements.define("messages-dialog", MessagesDialog);
