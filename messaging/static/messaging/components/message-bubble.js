import { html, nothing } from "lit";

import "#attachments/components/attachment-set.js";
import { arrivalLabel, asAttachment } from "#attachments/files.js";
import "#core/components/person-avatar.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { cleaned, isBlank, lengthOf } from "#core/text.js";
import { clock, exactLabel } from "#core/time.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";
import { messageHash } from "../state/routes.js";
import { charactersLeft } from "./characters-left.js";
import { linkedText } from "./linked-text.js";
import { bubbleStyles } from "./message-bubble-styles.js";
import { actionsLabel, companyActions, messageActions } from "./message-actions.js";
import { MessageGestures } from "./message-gestures.js";
import { changeFailure, changeMark, changeOf, changeStyles, failure, isLeaving } from "./pending-change.js";
import "./quoted-message.js";
import { shownState } from "./state-mark.js";

/**
 * @import { Attachment, Sending } from "#attachments/types.js"
 * @import { Limits } from "#core/types.js"
 * @import { Message, Pending, PendingMessage } from "../types.js"
 * @import { Point } from "./message-menu.js"
 * @import { SendState } from "./state-mark.js"
 */

/**
 * One message. Its menu opens by a button, a right click or a long press. Sends `message-quote` {message},
 * `message-edit` {message, body}, `message-delete` {message} and `copied` {isDone}. One that was refused, and a change that
 * waits or was refused, sends `message-retry`, `message-rewrite` and `message-discard`, each with its {id}.
 *
 * @property {Message | PendingMessage} message
 * @property {"ours" | "theirs"} side the side of the conversation that wrote it
 * @property {boolean} mine written by the reader, shown in the strong colour
 * @property {boolean} forCompany read by a person of the company
 * @property {boolean} joinsAbove the message above is of the same group and already shows the name
 * @property {boolean} joinsBelow the message below is of the same group and will show the time
 * @property {SendState | ""} state shown only on messages of the reader's side
 * @property {string} me the id of the reader
 * @property {boolean} answerable offers to answer it with a quote
 * @property {boolean} changeable offers to edit and delete
 * @property {boolean} rewritable offers to put a refused message back into the composer
 * @property {Limits | null} limits the `limits` of GET /me; without them the server alone refuses
 * @property {ReadonlyMap<string, Sending> | null} sendings the uploads of this browser, if the message has some of them
 */
export class MessageBubble extends TurnElement {
  static properties = {
    message: { attribute: false },
    side: { reflect: true },
    mine: { type: Boolean, reflect: true },
    forCompany: { type: Boolean, attribute: "for-company" },
    joinsAbove: { type: Boolean, reflect: true, attribute: "joins-above" },
    joinsBelow: { type: Boolean, reflect: true, attribute: "joins-below" },
    state: { reflect: true },
    me: {},
    answerable: { type: Boolean },
    changeable: { type: Boolean, reflect: true },
    rewritable: { type: Boolean },
    limits: { attribute: false },
    sendings: { attribute: false },
    mode: { state: true },
    edited: { state: true },
  };

  static styles = [shared, bubbleStyles, changeStyles];

  /** The changed text was sent to the server. The editor stays open until the message comes back changed. */
  #isSaving = false;

  constructor() {
    super();
    new MessageGestures(this, {
      onMenu: (point) => this.#openMenu(point),
      onSwipe: () => this.#quote(),
      canSwipe: () => this.#canQuote && this.mode === "read",
    });
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
    this.me = "";
    this.answerable = false;
    this.changeable = false;
    this.rewritable = false;
    /** @type {Limits | null} */
    this.limits = null;
    /** @type {ReadonlyMap<string, Sending> | null} */
    this.sendings = null;
    /** @type {"read" | "menu" | "edit" | "confirm"} */
    this.mode = "read";
    /** The text in the editor. */
    this.edited = "";
  }

  /** True while the person does something with it: a list must not take it away. */
  get isInUse() {
    return this.mode !== "read";
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
        <div class="bubble" @contextmenu=${this.#onContextMenu}>
          ${message.quoted ? html`<quoted-message .quote=${message.quoted} me=${this.me}></quoted-message>` : nothing}
          ${this.#files(message)} ${this.mode === "edit" ? this.#editor(message) : this.#text(message)}
        </div>
        ${this.#hasActions(message) && this.mode !== "edit" ? this.#opener(message) : nothing}
      </div>
      ${this.#footer(message)} ${this.mode === "menu" ? this.#menu(message) : nothing}
      ${this.mode === "confirm" ? this.#confirmation() : nothing}
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
    return message.body ? html`<p class="body ${isLeaving(message) ? "is-leaving" : ""}" dir="auto">${linkedText(message.body)}</p>` : nothing;
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
    const change = changeOf(message);
    const isArriving = "author" in message && arrivalLabel(message.attachments) !== "";
    const isPlain = this.state !== "failed" && this.state !== "waiting" && !change && !isArriving;
    const isQuiet = this.joinsBelow && !edited && !isByEmail && !isThanks && isPlain;
    return html`<div class="footer ${isQuiet ? "quiet" : ""}">
        ${edited ? html`<span title=${t("editedAt", { date: exactLabel(new Date(edited)) })}>${t("edited")}</span>` : nothing}
        ${isByEmail ? html`<span class="by-email">${icons.mail}${t("byEmail")}</span>${this.#original(message)}` : nothing}
        ${isThanks ? html`<span>${t("thanks")}</span>` : nothing}
        ${shownState(message, this.state, isQuiet, this.sendings)}
        ${isQuiet ? nothing : this.#time(message, date)}
        ${"isUnkept" in message && message.isUnkept ? html`<span class="unkept">${t("unkept")}</span>` : nothing}
        ${changeMark(change, () => this.#send("message-discard", { id: change?.id }))}
      </div>
      ${changeFailure(change, this.#changeActs(change))}
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

  /** @param {Pending | undefined} change */
  #changeActs(change) {
    if (!change) return [];
    const { id, body } = change;
    const edit = () => (this.changeable ? this.#startEdit(body) : this.#send("message-rewrite", { id }));
    const drop = { label: t("dismiss"), act: () => this.#send("message-discard", { id }) };
    if (change.kind === "delete") return [drop];
    return [{ label: t("edit"), act: edit }, { label: t("copy"), act: () => this.#copy(body) }, drop];
  }

  /** @param {PendingMessage} message */
  #failure({ id, body, error }) {
    const rewrite = { label: t("edit"), act: () => this.#send("message-rewrite", { id }) };
    const copy = { label: t("copy"), act: () => this.#copy(body) };
    return failure(error, [
      { label: t("retry"), act: () => this.#send("message-retry", { id }) },
      ...(this.rewritable ? [rewrite] : []),
      ...(body ? [copy] : []),
      { label: t("remove"), act: () => this.#send("message-discard", { id }) },
    ]);
  }

  /** @param {Message | PendingMessage} message */
  #hasActions(message) {
    return !isLeaving(message) && (this.changeable || ("author" in message && !message.deleted_at));
  }

  get #canQuote() {
    return this.answerable && this.message !== null && this.#hasActions(this.message);
  }

  /** @param {Message | PendingMessage} message */
  #opener(message) {
    return html`<button
      class="icon-button opener"
      aria-label=${actionsLabel(message, this.mine)}
      aria-haspopup="menu"
      aria-expanded=${this.mode === "menu"}
      @click=${this.#onOpener}
    >
      ${icons.more}
    </button>`;
  }

  /** @param {Event} event */
  #onOpener({ currentTarget }) {
    const { left, bottom } = /** @type {HTMLElement} */ (currentTarget).getBoundingClientRect();
    this.#openMenu({ x: left, y: bottom });
  }

  /** Leave links, pictures and selected text to the browser's own menu. @param {MouseEvent} event */
  #onContextMenu(event) {
    const isOwn = event.composedPath().some((part) => part instanceof Element && part.matches("a, img, audio, textarea"));
    if (isOwn || !getSelection()?.isCollapsed || this.mode === "edit") return;
    event.preventDefault();
    this.#openMenu({ x: event.clientX, y: event.clientY });
  }

  /** @param {Point} point */
  async #openMenu(point) {
    if (this.mode !== "read" || !this.message || !this.#hasActions(this.message)) return;
    // A closed menu gives the focus back to where it was.
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".opener"))?.focus({ preventScroll: true });
    this.mode = "menu";
    await this.updateComplete;
    // It is loaded after the first screen.
    await customElements.whenDefined("message-menu");
    await this.renderRoot.querySelector("message-menu")?.open(point);
  }

  /** @param {Message | PendingMessage} message */
  #menu(message) {
    const items = messageActions({ canQuote: this.#canQuote, canChange: this.changeable, hasText: message.body !== "", isKept: "author" in message && !message.deleted_at });
    if (items.length === 0) return nothing;
    return html`<message-menu
      label=${actionsLabel(message, this.mine)}
      .items=${items}
      @menu-choose=${(/** @type {CustomEvent} */ { detail }) => this.#choose(detail.name, message)}
      @menu-close=${() => this.mode === "menu" && this.#toRead()}
    ></message-menu>`;
  }

  /** @param {string} name @param {Message | PendingMessage} message */
  #choose(name, message) {
    this.#toRead();
    if (name === "quote") this.#quote();
    if (name === "edit") void this.#startEdit();
    if (name === "copy") void this.#copy(message.body);
    if (name === "link") void this.#copy(new URL(messageHash(message.id), location.href).href);
    if (name === "remove") void this.#ask();
    if (companyActions.some((action) => action.name === name)) this.#send("desk-action", { name, message });
  }

  #quote() {
    this.#send("message-quote", { message: this.message });
  }

  async #ask() {
    this.mode = "confirm";
    await this.updateComplete;
    await customElements.whenDefined("confirm-dialog");
    await this.renderRoot.querySelector("confirm-dialog")?.open();
  }

  #confirmation() {
    return html`<confirm-dialog
      question=${t("confirmRemove")}
      action=${t("remove")}
      @confirmed=${this.#remove}
      @refused=${this.#toRead}
    ></confirm-dialog>`;
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

  /** @param {string} [text] the one to begin with */
  async #startEdit(text = this.message?.body ?? "") {
    this.mode = "edit";
    this.edited = text;
    await this.updateComplete;
    const textarea = this.#textarea;
    if (textarea) textarea.value = text;
    textarea?.focus();
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
