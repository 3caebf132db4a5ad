import { html, nothing } from "lit";

import "#attachments/components/attachment-upload.js";
import { isSendable } from "#attachments/uploads/uploader.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { cleaned, isBlank, joined, lengthOf } from "#core/text.js";
import { TurnElement } from "#core/turn-element.js";
import { uuid7 } from "#core/uuid.js";

import { t } from "../i18n/index.js";
import { charactersLeft } from "./characters-left.js";
import { formStyles } from "./conversation-form-styles.js";
import "./who-answers.js";

/**
 * @import { Api } from "#api"
 * @import { Sending } from "#attachments/types.js"
 * @import { Limits, Me } from "#core/types.js"
 * @import { Chantier, Client, ConversationDraft } from "../types.js"
 */

// A subject is short: its counter comes late.
const SUBJECT_COUNTED_FROM_LEFT = 20;

/**
 * The form of a new conversation with its first message. Its ids are made once and stored with its text, so that a second
 * try creates nothing twice.
 *
 * @property {ConversationDraft | null} kept a draft written earlier and not sent
 * @property {Chantier[]} chantiers the chantiers to choose from
 * @property {Client[]} clients the clients to choose from, for the company only
 * @property {Api["Staff"][]} colleagues who may follow it, for the company only
 * @property {boolean} staff shows the texts of the company's side
 * @property {boolean} busy true during the request
 * @property {string} error the server's answer
 * @property {Sending[]} chosen the files of the first message
 * @property {Limits | null} limits the `limits` of GET /me
 * @property {Me["answers"]} answers the `answers` of GET /me
 * @fires {CustomEvent<ConversationDraft>} form-change - each change
 * @fires {CustomEvent<ConversationDraft>} conversation-submit - send it, for POST /conversations
 * @fires {CustomEvent<{}>} form-cancel - leave the form
 * @fires {CustomEvent<{ files: File[] }>} files-chosen - accepted files, from the button, the camera, a drop or a paste
 */
export class ConversationForm extends TurnElement {
  static properties = {
    chantiers: { attribute: false },
    clients: { attribute: false },
    staff: { type: Boolean },
    busy: { type: Boolean },
    error: {},
    chosen: { attribute: false },
    kept: { attribute: false },
    limits: { attribute: false },
    answers: { attribute: false },
    refusals: { state: true },
    client: { state: true },
    owner: { state: true },
    colleagues: { attribute: false },
    chantier: { state: true },
    missing: { state: true },
    left: { state: true },
  };

  static styles = [shared, formStyles];

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
    this.owner = "";
    /** @type {Api["Staff"][]} */
    this.colleagues = [];
    /** @type {Limits | null} */
    this.limits = null;
    /** @type {Me["answers"]} */
    this.answers = null;
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
    this.owner = this.kept.assigned_to ?? "";
  }

  /** @override */
  firstUpdated() {
    this.#count();
  }

  /** @param {"subject" | "body" | ""} [field] without one, the first; a caret goes to the end */
  focusField(field = "") {
    const control = this.#control(field || (this.staff ? "client" : "chantier"));
    control?.focus();
    if (field) control?.setSelectionRange(control.value.length, control.value.length);
  }

  /** Put what was written elsewhere behind what stands in the fields. @param {{ subject: string, body: string }} written */
  add(written) {
    const [subject, body] = [this.#control("subject"), this.#control("body")];
    if (subject) subject.value = joined([subject.value, written.subject], " ");
    if (body) body.value = joined([body.value, written.body], "\n\n");
    this.#onInput();
  }

  /** @override */
  render() {
    return html`
      <header>
        <button class="icon-button" aria-label=${t("back")} @click=${() => this.#send("form-cancel", {})}>${icons.back}</button>
        <h2>${t("newConversation")}</h2>
      </header>
      <div class="window">
        <form novalidate @submit=${this.#onSubmit} @input=${this.#onInput}>
          ${this.staff ? this.#openingChoice() : this.#chantierField()}
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
          ${this.#files()} ${this.#whoAnswers()}
          <p class="error" role="alert" ?hidden=${!this.error}>${this.error}</p>
          <div class="buttons">
            <button type="button" class="button" @click=${() => this.#send("form-cancel", {})}>${t("cancel")}</button>
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

  /** The element is the company's alone: its page imports it. */
  #openingChoice() {
    return html`<opening-choice
      id="client"
      .clients=${this.clients}
      .chantiers=${this.#offeredChantiers()}
      .colleagues=${this.colleagues}
      client=${this.client}
      chantier=${this.#chantierId}
      owner=${this.owner}
      error=${this.#lacks("client") ? t("needClient") : ""}
      @opening-choice=${this.#onChoice}
    ></opening-choice>`;
  }

  #chantierField() {
    const chosen = this.#chantierId;
    return this.#field(
      "chantier",
      t("about"),
      html`<select id="chantier" class="control" @change=${() => (this.chantier = this.#value("chantier"))}>
        ${this.#offeredChantiers().map(
          ({ id, name, reference }) =>
            html`<option value=${id} .selected=${id === chosen}>${reference ? `${name} (${reference})` : name}</option>`,
        )}
        <option value="" .selected=${chosen === ""}>${t("freeSubject")}</option>
      </select>`,
      "",
    );
  }

  /** The responsible person of the chosen chantier. */
  #whoAnswers() {
    if (!this.answers) return nothing;
    const chosen = this.#offeredChantiers().find(({ id }) => id === this.#chantierId);
    const person = chosen?.responsible ?? this.answers.person;
    return html`<who-answers .person=${person} .answers=${this.answers}></who-answers>`;
  }

  #offeredChantiers() {
    const open = this.chantiers.filter(({ status }) => status !== "archived");
    return this.staff && this.client ? open.filter(({ client }) => client?.id === this.client) : open;
  }

  /** The chosen one, or the first of the client; empty: another subject. */
  get #chantierId() {
    if (this.chantier !== null || (this.staff && !this.client)) return this.chantier ?? "";
    return this.#offeredChantiers()[0]?.id ?? "";
  }

  /** @param {CustomEvent} event */
  #onChoice({ detail }) {
    Object.assign(this, detail);
    this.#onInput();
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
    const missing = this.#required().filter((id) => isBlank(id === "client" ? this.client : this.#value(id)));
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
      chantier: this.#chantierId || undefined,
      client: this.client || undefined,
      assigned_to: this.owner || undefined,
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

  /**
   * @param {string} type
   * @param {object} detail
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("conversation-form", ConversationForm);
