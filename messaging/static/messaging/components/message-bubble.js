import { LitElement, html, nothing } from "lit";

import "#attachments/components/attachment-set.js";
import { asAttachment } from "#attachments/files.js";
import "#core/components/person-avatar.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { cleaned, isBlank, lengthOf } from "#core/text.js";
import { clock, exactLabel } from "#core/time.js";

import { t } from "../i18n/index.js";
import { messageHash } from "../state/routes.js";
import { charactersLeft } from "./characters-left.js";
import { linkedText } from "./linked-text.js";
import { bubbleStyles } from "./message-bubble-styles.js";

/**
 * @import { Attachment, Sending } from "#attachments/types.js"
 * @import { Limits } from "#core/types.js"
 * @import { Message, PendingMessage } from "../types.js"
 * @typedef {"sending" | "waiting" | "failed" | "sent" | "read"} SendState
 */

const STATE_ICONS = { sending: icons.clock, waiting: icons.clock, failed: icons.warning, sent: icons.sent, read: icons.read };
const STATE_TEXTS = /** @type {const} */ ({ sending: "sending", waiting: "waiting", failed: "failed", sent: "sent", read: "readByOther" });

/**
 * One message. Sends `message-edit` {message, body}, `message-delete` {message} and `copied` {isDone}. One that was
 * refused sends `message-retry`, `message-rewrite` and `message-discard`, each with its {id}.
 *
 * @property {Message | PendingMessage} message
 * @property {"ours" | "theirs"} side the side of the conversation that wrote it
 * @property {boolean} mine written by the reader, shown in the strong colour
 * @property {boolean} forCompany read by a person of the company
 * @property {boolean} joinsAbove the message above is of the same group and already shows the name
 * @property {boolean} joinsBelow the message below is of the same group and will show the time
 * @property {SendState | ""} state shown only on messages of the reader's side
 * @property {boolean} changeable offers to edit and delete
 * @property {boolean} rewritable offers to put a refused message back into the composer
 * @property {Limits | null} limits the `limits` of GET /me; without them the server alone refuses
 * @property {ReadonlyMap<string, Sending> | null} sendings the uploads of this browser, if the message has some of them
 */
export class MessageBubble extends LitElement {
  static properties = {
    message: { attribute: false },
    side: { reflect: true },
    mine: { type: Boolean, reflect: true },
    forCompany: { type: Boolean, attribute: "for-company" },
    joinsAbove: { type: Boolean, reflect: true, attribute: "joins-above" },
    joinsBelow: { type: Boolean, reflect: true, attribute: "joins-below" },
    state: { reflect: true },
    changeable: { type: Boolean, reflect: true },
    rewritable: { type: Boolean },
    limits: { attribute: false },
    sendings: { attribute: false },
    mode: { state: true },
    edited: { state: true },
  };

  static styles = [shared, bubbleStyles];

  /** The changed text was sent to the server. The editor stays open until the message comes back changed. */
  #isSaving = false;

  constructor() {
    super();
    /** @type {Message | PendingMessage | null} */
    this.message = null;
    /** @type {"ours" | "theirs"} */
    this.side = "theirs";
    this.mine = false;
    this.forCompany = false;
    this.joinsAbove = false;
    this.joinsBelow = false;
    /** @type {SendState | ""} */
    this.state = "";
    this.changeable = false;
    this.rewritable = false;
    /** @type {Limits | null} */
    this.limits = null;
    /** @type {ReadonlyMap<string, Sending> | null} */
    this.sendings = null;
    /** @type {"read" | "actions" | "edit" | "confirm"} */
    this.mode = "read";
    /** The text in the editor. */
    this.edited = "";
  }

  /** @override @param {Map<string, any>} changed */
  willUpdate(changed) {
    const before = changed.get("message");
    if (this.#isSaving && before && editOf(before) !== editOf(this.message)) this.#toRead();
  }

  /** @override */
  render() {
    const { message } = this;
    if (!message) return nothing;
    return html`
      ${this.joinsAbove ? nothing : this.#author(message)}
      <div class="line">
        <div class="bubble">
          ${this.#files(message)} ${this.mode === "edit" ? this.#editor(message) : this.#text(message)}
        </div>
        ${this.#hasActions(message) && this.mode !== "edit" ? this.#opener() : nothing}
      </div>
      ${this.mode === "actions" ? this.#actions(message) : nothing}
      ${this.mode === "confirm" ? this.#confirmation() : nothing}
      ${this.#footer(message)}
    `;
  }

  /** @param {Message | PendingMessage} message */
  #author(message) {
    if (!("author" in message) || this.mine) return html`<span class="visually-hidden">${t("you")}</span>`;
    const { name, role } = message.author;
    return html`<p class="author">
      ${this.side === "theirs" ? html`<person-avatar name=${name} of=${role}></person-avatar>` : nothing}${name}
    </p>`;
  }

  /** @param {Message | PendingMessage} message */
  #text(message) {
    if ("deleted_at" in message && message.deleted_at) return html`<p class="body is-deleted">${t("deletedMessage")}</p>`;
    return message.body ? html`<p class="body" dir="auto">${linkedText(message.body)}</p>` : nothing;
  }

  /** @param {Message | PendingMessage} message */
  #files(message) {
    const files = "author" in message ? message.attachments : this.#leaving(message);
    return files.length > 0 ? html`<attachment-set .files=${files} .sendings=${this.sendings}></attachment-set>` : nothing;
  }

  /** Return the files of a message that the server has not confirmed. @param {PendingMessage} message @returns {Attachment[]} */
  #leaving({ attachments = [] }) {
    return attachments.flatMap((id) => this.sendings?.get(id) ?? []).map(asAttachment);
  }

  /** @param {Message | PendingMessage} message */
  #footer(message) {
    const date = new Date(message.created_at);
    const edited = "edited_at" in message && !message.deleted_at ? message.edited_at : null;
    const isByEmail = "by_email" in message && message.by_email && !message.deleted_at;
    // Only the company sees a client on the other side.
    const isThanks = "author" in message && message.is_thanks && this.side === "theirs";
    const isQuiet = this.joinsBelow && !edited && !isByEmail && !isThanks && this.state !== "failed" && this.state !== "waiting";
    return html`<div class="footer ${isQuiet ? "quiet" : ""}">
        ${edited ? html`<span title=${t("editedAt", { date: exactLabel(new Date(edited)) })}>${t("edited")}</span>` : nothing}
        ${isByEmail ? html`<span class="by-email">${icons.mail}${t("byEmail")}</span>${this.#original(message)}` : nothing}
        ${isThanks ? html`<span>${t("thanks")}</span>` : nothing}
        ${isQuiet ? nothing : this.#time(message, date)}
        ${"author" in message ? this.#progress(message, isQuiet) : this.state ? this.#stateMark(this.state) : nothing}
      </div>
      ${this.state === "failed" ? this.#failure(/** @type {PendingMessage} */ (message)) : nothing}`;
  }

  /**
   * Let the company and the author read the email that a message was made of. An element of `notifications` shows it.
   *
   * @param {Message} message
   */
  #original({ id, conversation }) {
    if (!(this.mine || this.forCompany) || !customElements.get("email-original")) return nothing;
    return html`<email-original conversation=${conversation} message=${id}></email-original>`;
  }

  /** Show the time, linked to the address of the message. @param {Message | PendingMessage} message @param {Date} date */
  #time(message, date) {
    const time = html`<time datetime=${message.created_at} title=${exactLabel(date)}>${clock(date)}</time>`;
    return "author" in message ? html`<a href=${messageHash(message.id)}>${time}</a>` : time;
  }

  /**
   * Show how far a sent message has come. An element of `notifications` tells it. Without that app, only sent and
   * read are known.
   *
   * @param {Message} message
   * @param {boolean} isQuiet
   */
  #progress({ id, conversation, seq, author }, isQuiet) {
    if (!this.state) return nothing;
    if (!customElements.get("delivery-state")) return isQuiet ? nothing : this.#stateMark(this.state);
    return html`<delivery-state
      message=${id}
      conversation=${conversation}
      seq=${seq}
      of=${author.role === "client" ? "client" : "company"}
      ?read=${this.state === "read"}
      ?quiet=${isQuiet}
    ></delivery-state>`;
  }

  /** @param {SendState} state */
  #stateMark(state) {
    const label = t(STATE_TEXTS[state]);
    const isSpelled = state === "failed" || state === "waiting";
    return html`<span class="state" title=${label}>
      ${STATE_ICONS[state]}<span class=${isSpelled ? "" : "visually-hidden"}>${label}</span>
    </span>`;
  }

  /** @param {PendingMessage} message */
  #failure({ id, body, error }) {
    return html`<p class="failure" role="alert">${error}</p>
      <div class="failure" role="group" aria-label=${t("failedActions")}>
        <button @click=${() => this.#send("message-retry", { id })}>${t("retry")}</button>
        ${this.rewritable ? html`<button @click=${() => this.#send("message-rewrite", { id })}>${t("edit")}</button>` : nothing}
        ${body ? html`<button @click=${() => this.#copy(body)}>${t("copy")}</button>` : nothing}
        <button @click=${() => this.#send("message-discard", { id })}>${t("remove")}</button>
      </div>`;
  }

  /** @param {Message | PendingMessage} message */
  #hasActions(message) {
    return this.changeable || ("author" in message && !message.deleted_at);
  }

  #opener() {
    const isOpen = this.mode !== "read";
    return html`<button
      class="icon-button opener"
      aria-label=${t("actionsOn")}
      aria-expanded=${isOpen}
      @click=${() => (this.mode = isOpen ? "read" : "actions")}
    >
      ${icons.more}
    </button>`;
  }

  /** @param {Message | PendingMessage} message */
  #actions(message) {
    const link = new URL(messageHash(message.id), location.href).href;
    return html`<div class="actions">
      ${this.changeable && message.body ? html`<button @click=${this.#startEdit}>${t("edit")}</button>` : nothing}
      ${message.body ? html`<button @click=${() => this.#copy(message.body)}>${t("copy")}</button>` : nothing}
      <button @click=${() => this.#copy(link)}>${t("copyLink")}</button>
      ${this.changeable ? html`<button class="danger" @click=${() => (this.mode = "confirm")}>${t("remove")}</button>` : nothing}
    </div>`;
  }

  #confirmation() {
    return html`<div class="actions" role="group" aria-label=${t("confirmRemove")}>
      <span>${t("confirmRemove")}</span>
      <button class="danger" @click=${this.#remove}>${t("remove")}</button>
      <button @click=${this.#toRead}>${t("cancel")}</button>
    </div>`;
  }

  /** @param {Message | PendingMessage} message */
  #editor(message) {
    return html`<textarea
        aria-label=${t("editLabel")}
        rows="3"
        .defaultValue=${message.body}
        @input=${() => (this.edited = this.#textarea?.value ?? "")}
        @keydown=${this.#onEditKey}
      ></textarea>
      <div class="editor-buttons">
        ${charactersLeft(this.#left)}
        <button @click=${this.#toRead}>${t("cancel")}</button>
        <button class="save" ?disabled=${!this.#canSave} @click=${this.#save}>${t("save")}</button>
      </div>`;
  }

  async #startEdit() {
    this.mode = "edit";
    this.edited = this.message?.body ?? "";
    await this.updateComplete;
    this.#textarea?.focus();
  }

  get #textarea() {
    return this.renderRoot.querySelector("textarea");
  }

  /** @param {KeyboardEvent} event */
  #onEditKey(event) {
    if (event.key === "Escape") this.#toRead();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#save();
  }

  /** Number of characters that may still be added, as the server counts them. */
  get #left() {
    return (this.limits?.message_max_characters ?? Infinity) - lengthOf(this.edited);
  }

  get #canSave() {
    return !isBlank(this.edited) && this.#left >= 0;
  }

  #save() {
    if (!this.#canSave) return;
    const body = cleaned(this.edited);
    this.#isSaving = body !== this.message?.body;
    if (this.#isSaving) this.#send("message-edit", { message: this.message, body });
    else this.#toRead();
  }

  #remove() {
    this.#toRead();
    this.#send("message-delete", { message: this.message });
  }

  /** @param {string} text */
  async #copy(text) {
    const isDone = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    this.#send("copied", { isDone: isDone ?? false });
    this.#toRead();
  }

  #toRead() {
    this.mode = "read";
    this.#isSaving = false;
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/** Return what an edit or a deletion changes. @param {Message | PendingMessage | null} message */
function editOf(message) {
  return message && "edited_at" in message ? `${message.edited_at} ${message.deleted_at}` : "";
}

customElements.define("message-bubble", MessageBubble);
