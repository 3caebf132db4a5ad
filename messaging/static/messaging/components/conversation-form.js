import { LitElement, css, html, nothing } from "lit";

import "#attachments/components/attachment-tray.js";
import "#attachments/components/attachment-upload.js";
import { isSendable } from "#attachments/uploads/uploader.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { cleaned, isBlank, lengthOf } from "#core/text.js";
import { uuid7 } from "#core/uuid.js";

import { t } from "../i18n/index.js";
import { charactersLeft } from "./characters-left.js";

/**
 * @import { Sending } from "#attachments/types.js"
 * @import { Limits } from "#core/types.js"
 * @import { Chantier, Client, ConversationDraft } from "../types.js"
 */

// A subject is short: its counter comes late.
const SUBJECT_COUNTED_FROM_LEFT = 20;

/**
 * The form of a new conversation with its first message. Sends `form-change` and `conversation-submit`, both {id,
 * subject, chantier, client, message}, and `form-cancel`. The events of the elements for files pass through. Its ids
 * are made once and stored with its text, so that a second try creates nothing twice.
 *
 * @property {ConversationDraft | null} kept a draft written earlier and not sent
 * @property {Chantier[]} chantiers the chantiers to choose from
 * @property {Client[]} clients the clients to choose from, for the company only
 * @property {boolean} staff
 * @property {boolean} busy true during the request
 * @property {string} error the server's answer
 * @property {Sending[]} chosen the files of the first message
 * @property {Limits | null} limits the `limits` of GET /me
 */
export class ConversationForm extends LitElement {
  static properties = {
    chantiers: { attribute: false },
    clients: { attribute: false },
    staff: { type: Boolean },
    busy: { type: Boolean },
    error: {},
    chosen: { attribute: false },
    kept: { attribute: false },
    limits: { attribute: false },
    refusals: { state: true },
    client: { state: true },
    chantier: { state: true },
    missing: { state: true },
    left: { state: true },
  };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
        min-height: 0;
        background: var(--surface);
      }

      header {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        min-height: 3.75rem;
        padding: var(--space-1) var(--space-4);
        border-block-end: 1px solid var(--line);
      }

      h2 {
        font-size: var(--text-l);
        font-weight: 650;
        letter-spacing: -0.01em;
      }

      .icon-button {
        margin-inline-start: calc(-1 * var(--space-3));
      }

      .window {
        overflow-y: auto;
      }

      form {
        display: grid;
        gap: var(--space-5);
        max-width: 40rem;
        padding: var(--space-5) max(var(--space-4), env(safe-area-inset-right)) max(var(--space-5), env(safe-area-inset-bottom))
          max(var(--space-4), env(safe-area-inset-left));
        margin-inline: auto;
      }

      textarea.control {
        min-height: 9rem;
        resize: vertical;
      }

      .files {
        display: grid;
        gap: var(--space-2);
        min-width: 0;
        margin-block-start: calc(-1 * var(--space-3));
      }

      .counter {
        color: var(--ink-soft);
        font-size: var(--text-xs);
      }

      .counter .is-over {
        color: var(--danger);
        font-weight: 700;
      }

      .control[aria-invalid="true"] {
        border-color: var(--danger);
      }

      .buttons {
        display: flex;
        flex-wrap: wrap-reverse;
        gap: var(--space-2);
        justify-content: flex-end;
      }

      @media (max-width: 30rem) {
        .buttons .button {
          flex: 1;
        }
      }
    `,
  ];

  #id = uuid7();
  #messageId = uuid7();

  constructor() {
    super();
    /** @type {Chantier[]} */
    this.chantiers = [];
    /** @type {Client[]} */
    this.clients = [];
    this.staff = false;
    this.busy = false;
    this.error = "";
    /** @type {Sending[]} */
    this.chosen = [];
    /** @type {ConversationDraft | null} */
    this.kept = null;
    /** @type {string[]} */
    this.refusals = [];
    this.client = "";
    /** @type {Limits | null} */
    this.limits = null;
    /** The person's choice. Null means the first one offered. @type {string | null} */
    this.chantier = null;
    /** Required fields that the person left empty. @type {Set<string>} */
    this.missing = new Set();
    /** Number of characters that may still be written, by field. @type {Record<string, number>} */
    this.left = {};
    this.addEventListener("files-refused", (event) => (this.refusals = /** @type {CustomEvent} */ (event).detail.refusals));
    this.addEventListener("refusals-dismiss", () => (this.refusals = []));
  }

  /** @override */
  willUpdate() {
    if (this.hasUpdated || !this.kept) return;
    this.#id = this.kept.id;
    this.#messageId = this.kept.message.id;
    this.client = this.kept.client ?? "";
    this.chantier = this.kept.chantier ?? "";
  }

  /** @override */
  firstUpdated() {
    this.#count();
  }

  /** @override */
  focus() {
    this.#control(this.staff ? "client" : "chantier")?.focus();
  }

  /** @override */
  render() {
    return html`
      <header>
        <button class="icon-button" aria-label=${t("back")} @click=${this.#cancel}>${icons.back}</button>
        <h2>${t("newConversation")}</h2>
      </header>
      <div class="window">
        <form novalidate @submit=${this.#onSubmit} @input=${this.#onInput}>
          ${this.staff ? this.#clientField() : nothing} ${this.#chantierField()}
          ${this.#field(
            "subject",
            t("subject"),
            html`<input
              id="subject"
              class="control"
              value=${this.kept?.subject ?? ""}
              autocomplete="off"
              placeholder=${t("subjectHint")}
              aria-invalid=${this.#lacks("subject") || this.#isTooLong("subject")}
              aria-describedby="subject-error"
            />`,
            t("needSubject"),
          )}
          ${this.#field(
            "body",
            t("firstMessage"),
            html`<textarea
              id="body"
              class="control"
              dir="auto"
              aria-invalid=${this.#lacks("body") || this.#isTooLong("body")}
              aria-describedby="body-error"
              .defaultValue=${this.kept?.message.body ?? ""}
            ></textarea>`,
            t("needMessage"),
          )}
          ${this.#files()}
          <p class="error" role="alert" ?hidden=${!this.error}>${this.error}</p>
          <div class="buttons">
            <button type="button" class="button" @click=${this.#cancel}>${t("cancel")}</button>
            <button class="button primary" ?disabled=${this.busy}>${icons.send}${t("start")}</button>
          </div>
        </form>
      </div>
    `;
  }

  /** Files cannot be added or removed during the request, which names them. */
  #files() {
    const isEmpty = this.chosen.length === 0 && this.refusals.length === 0;
    return html`<div class="files">
      <attachment-tray .sendings=${this.chosen} .refusals=${this.refusals} ?hidden=${isEmpty} ?inert=${this.busy}></attachment-tray>
      ${this.busy ? nothing : html`<attachment-upload worded count=${this.chosen.length} .limits=${this.limits}></attachment-upload>`}
    </div>`;
  }

  #clientField() {
    return this.#field(
      "client",
      t("client"),
      html`<select
        id="client"
        class="control"
        aria-invalid=${this.#lacks("client")}
        aria-describedby="client-error"
        @change=${this.#chooseClient}
      >
        <option value="">${t("chooseClient")}</option>
        ${this.clients.map(({ id, name }) => html`<option value=${id} .selected=${id === this.client}>${name}</option>`)}
      </select>`,
      t("needClient"),
    );
  }

  #chantierField() {
    const offered = this.#offeredChantiers();
    const chosen = this.chantier ?? offered[0]?.id ?? "";
    return this.#field(
      "chantier",
      t("about"),
      html`<select id="chantier" class="control" @change=${() => (this.chantier = this.#value("chantier"))}>
        ${offered.map(
          ({ id, name, reference }) =>
            html`<option value=${id} .selected=${id === chosen}>${reference ? `${name} (${reference})` : name}</option>`,
        )}
        <option value="" .selected=${chosen === ""}>${t("freeSubject")}</option>
      </select>`,
      "",
    );
  }

  #offeredChantiers() {
    const open = this.chantiers.filter(({ status }) => status !== "archived");
    return this.staff ? open.filter(({ client }) => client?.id === this.client) : open;
  }

  #chooseClient() {
    this.client = this.#value("client");
    this.chantier = null;
  }

  /**
   * @param {string} id
   * @param {string} label
   * @param {unknown} control
   * @param {string} need the text shown if the field is empty
   */
  #field(id, label, control, need) {
    const counter = charactersLeft(this.left[id] ?? Infinity, id === "subject" ? SUBJECT_COUNTED_FROM_LEFT : undefined);
    return html`<div class="field">
      <label for=${id}>${label}</label>
      ${control}
      <p class="error" id=${`${id}-error`} ?hidden=${!this.#lacks(id)}>${need}</p>
      ${counter === nothing ? nothing : html`<p class="counter">${counter}</p>`}
    </div>`;
  }

  #onInput() {
    this.#count();
    this.#send("form-change", this.#draft());
  }

  /** @param {string} id */
  #isTooLong(id) {
    return (this.left[id] ?? 0) < 0;
  }

  /** Count as the server does. */
  #count() {
    const { subject_max_characters: ofSubject = Infinity, message_max_characters: ofMessage = Infinity } = this.limits ?? {};
    this.left = { subject: ofSubject - lengthOf(this.#value("subject")), body: ofMessage - lengthOf(this.#value("body")) };
  }

  /** @param {SubmitEvent} event */
  #onSubmit(event) {
    event.preventDefault();
    const missing = this.#required().filter((id) => isBlank(this.#value(id)));
    this.missing = new Set(missing);
    const wrong = missing[0] ?? ["subject", "body"].find((id) => this.#isTooLong(id));
    if (wrong) this.#control(wrong)?.focus();
    else if (!this.busy) this.#send("conversation-submit", this.#draft());
  }

  /** A message with files needs no text. */
  #required() {
    const fields = this.chosen.some(isSendable) ? ["subject"] : ["subject", "body"];
    return this.staff ? ["client", ...fields] : fields;
  }

  /** @param {string} id */
  #lacks(id) {
    return this.missing.has(id) && this.#required().includes(id);
  }

  /** @returns {ConversationDraft} */
  #draft() {
    return {
      id: this.#id,
      subject: this.#value("subject"),
      chantier: this.#value("chantier") || undefined,
      client: this.#value("client") || undefined,
      message: { id: this.#messageId, body: this.#value("body") },
    };
  }

  /** @param {string} id */
  #value(id) {
    return cleaned(this.#control(id)?.value ?? "");
  }

  /** @param {string} id @returns {HTMLInputElement | null} */
  #control(id) {
    return this.renderRoot.querySelector(`#${id}`);
  }

  #cancel() {
    this.#send("form-cancel", {});
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("conversation-form", ConversationForm);
