import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";

import "#attachments/components/attachment-upload.js";
import { isSendable } from "#attachments/uploads/uploader.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { cleaned, isBlank, lengthOf } from "#core/text.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";
import { charactersLeft } from "./characters-left.js";
import { composerStyles } from "./message-composer-styles.js";
import "./quoted-message.js";

/**
 * @import { Sending } from "#attachments/types.js"
 * @import { Limits } from "#core/types.js"
 * @import { ComposerAssistant, Extra, Quote } from "../types.js"
 */

/**
 * The field for a message or a note. In `note` mode it looks different and sends another event. A note cannot
 * become a message by mistake, since each mode has its own draft and its own button.
 *
 * @property {string} draft the first text, read when `place` or `mode` changes
 * @property {number} caret where the caret was in it
 * @property {string} place the conversation; a change of it reads the draft again
 * @property {Quote | null} quoted the message that is being answered
 * @property {"reply" | "note"} mode what is written
 * @property {((composer: MessageComposer) => ComposerAssistant) | null} assist makes what helps the company to write
 * @property {boolean} notes offers the internal notes
 * @property {boolean} staff shows the texts of the company's side
 * @property {Sending[]} chosen the files of the message or note being written
 * @property {Limits | null} limits the `limits` of GET /me; without them the server alone refuses
 * @fires {CustomEvent<{ body: string, mode: "reply" | "note", extra: Extra | undefined }>} compose - the text to send; one that is prevented stays
 * @fires {CustomEvent<{ text: string, mode: "reply" | "note", caret?: number }>} draft - each change of the text
 * @fires {CustomEvent<{}>} composing - a reply is typed
 * @fires {CustomEvent<{}>} quote-drop - the quote was taken away
 * @fires {CustomEvent<{ mode: "reply" | "note" }>} mode-change - a person chose the other mode
 * @fires {CustomEvent<{ files: File[] }>} files-chosen - accepted files, from the button, the camera, a drop or a paste
 * @fires {CustomEvent<{ id: string }>} file-remove - take back a chosen file
 */
export class MessageComposer extends TurnElement {
  static properties = {
    draft: { attribute: false },
    quoted: { attribute: false },
    caret: { attribute: false },
    place: {},
    mode: { reflect: true },
    assist: { attribute: false },
    notes: { type: Boolean },
    staff: { type: Boolean },
    chosen: { attribute: false },
    limits: { attribute: false },
    text: { state: true },
    refusals: { state: true },
  };

  static styles = [shared, composerStyles];

  /** @type {ComposerAssistant | null} */
  #assistant = null;

  constructor() {
    super();
    this.draft = "";
    /** @type {Quote | null} */
    this.quoted = null;
    this.caret = 0;
    this.place = "";
    /** @type {"reply" | "note"} */
    this.mode = "reply";
    /** @type {((composer: MessageComposer) => ComposerAssistant) | null} */
    this.assist = null;
    this.notes = false;
    this.staff = false;
    /** @type {Sending[]} */
    this.chosen = [];
    /** @type {Limits | null} */
    this.limits = null;
    this.text = "";
    /** @type {string[]} */
    this.refusals = [];
    this.addEventListener("files-refused", (event) => (this.refusals = /** @type {CustomEvent} */ (event).detail.refusals));
    this.addEventListener("refusals-dismiss", () => (this.refusals = []));
  }

  /** @override */
  focus() {
    this.#textarea?.focus();
  }

  /** Write a message to the client, with the focus in the field. */
  writeMessage() {
    return this.#chooseMode("reply");
  }

  /** Write an internal note, with the focus in the field. */
  writeNote() {
    return this.notes || this.mode === "note" ? this.#chooseMode("note") : this.#chooseMode("reply");
  }

  /** Where the caret is. */
  get position() {
    return this.#textarea?.selectionEnd ?? this.text.length;
  }

  /** Put a text in the place of another, and select a part of it. @param {{ start: number, end: number, text: string, from?: number, to?: number }} change */
  async replace({ start, end, text, from = text.length, to = from }) {
    this.text = this.text.slice(0, start) + text + this.text.slice(end);
    await this.updateComplete;
    this.focus();
    this.#textarea?.setSelectionRange(start + from, start + to);
    this.#keepDraft();
  }

  /** Put a text before the one that is written, and the caret between them. @param {string} text */
  async putBefore(text) {
    await this.updateComplete;
    this.text = [text, this.text].filter((part) => !isBlank(part)).join("\n\n");
    this.#send("draft", { text: this.text, mode: this.mode, caret: text.length });
    await this.updateComplete;
    this.focus();
    this.#textarea?.setSelectionRange(text.length, text.length);
  }

  /** @override @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("place") || changed.has("mode")) this.text = this.draft;
    if (changed.has("place")) this.refusals = [];
    if (changed.has("assist")) this.#assistant = this.assist?.(this) ?? null;
  }

  /** @override @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("text")) this.#fit();
    if (changed.has("place") || changed.has("mode")) this.#textarea?.setSelectionRange(this.caret, this.caret);
  }

  /** @override */
  render() {
    const counter = charactersLeft(this.#left);
    return html`
      ${this.notes ? this.#modes() : nothing} ${this.quoted && this.mode === "reply" ? this.#quote(this.quoted) : nothing}
      <attachment-tray .sendings=${this.chosen} .refusals=${this.refusals} ?hidden=${this.#trayIsEmpty}></attachment-tray>
      ${this.#assistant?.above()}
      <form @submit=${this.#onSubmit}>
        <attachment-upload count=${this.chosen.length} .limits=${this.limits}></attachment-upload>
        <textarea
          rows="1"
          dir="auto"
          aria-label=${this.#placeholder}
          placeholder=${this.#placeholder}
          enterkeyhint=${isTouch() ? "enter" : "send"}
          .value=${live(this.text)}
          @input=${this.#onInput}
          @select=${this.#keepDraft}
          @keyup=${this.#keepDraft}
          @click=${this.#keepDraft}
          @keydown=${this.#onKey}
        ></textarea>
        <button class="send" aria-disabled=${!this.canSend} aria-label=${this.#action} title=${this.#action}>
          ${this.mode === "note" ? icons.lock : icons.send}${this.mode === "note" ? this.#action : nothing}
        </button>
        ${this.#assistant ? this.#assistant.beside() : this.#placeOfMore()}
      </form>
      <div class="under" ?hidden=${this.mode !== "note" && counter === nothing}>
        ${this.mode === "note" ? html`<span>${t("noteHint")}</span>` : nothing} ${counter}
      </div>
    `;
  }

  /** What the company's second button takes, which comes after the first screen: nothing moves then. */
  #placeOfMore() {
    return this.notes && this.mode === "reply" ? html`<span class="send more" aria-hidden="true"></span>` : nothing;
  }

  /** @param {Quote} quote */
  #quote(quote) {
    return html`<div class="quote" role="group" aria-label=${t("quoting", { name: quote.author.name })}>
      <quoted-message .quote=${quote} plain></quoted-message>
      <button type="button" class="icon-button" aria-label=${t("dropQuote")} title=${t("dropQuote")} @click=${this.#dropQuote}>${icons.close}</button>
    </div>`;
  }

  #dropQuote() {
    this.#send("quote-drop", {});
    this.focus();
  }

  #modes() {
    return html`<div class="modes" role="group" aria-label=${t("modeLabel")}>
      ${this.#modeButton("reply", t("modeReply"))} ${this.#modeButton("note", t("modeNote"))}
    </div>`;
  }

  /**
   * @param {"reply" | "note"} mode
   * @param {string} label
   */
  #modeButton(mode, label) {
    return html`<button type="button" aria-pressed=${this.mode === mode} @click=${() => this.#chooseMode(mode)}>
      ${mode === "note" ? icons.lock : nothing}${label}
    </button>`;
  }

  get #placeholder() {
    if (this.mode === "note") return t("composerNote");
    return t(this.staff ? "composerStaff" : "composerClient");
  }

  get #action() {
    return t(this.mode === "note" ? "addNote" : "send");
  }

  get #trayIsEmpty() {
    return this.chosen.length === 0 && this.refusals.length === 0;
  }

  /** Something can be sent. */
  get canSend() {
    return (!isBlank(this.text) || this.chosen.some(isSendable)) && this.#left >= 0;
  }

  /** Number of characters that may still be written, as the server counts them. */
  get #left() {
    return (this.limits?.message_max_characters ?? Infinity) - lengthOf(this.text);
  }

  get #textarea() {
    return this.renderRoot.querySelector("textarea");
  }

  /** @param {"reply" | "note"} mode */
  async #chooseMode(mode) {
    this.#send("mode-change", { mode });
    await this.updateComplete;
    this.focus();
  }

  #onInput() {
    this.text = this.#textarea?.value ?? "";
    this.#keepDraft();
    if (this.mode === "reply" && !isBlank(this.text)) this.#send("composing", {});
  }

  /** Keep the text, and the place of the caret whenever it moves. */
  #keepDraft() {
    this.#send("draft", { text: this.text, mode: this.mode, caret: this.position });
    this.#assistant?.look();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (this.#assistant?.takes(event)) return void (event.preventDefault(), event.stopPropagation());
    // Enter also ends the composition of an accent or an ideogram (keyCode 229 in Safari). Do not send then.
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    const isForced = event.ctrlKey || event.metaKey;
    if (!isForced && (event.shiftKey || event.altKey || isTouch())) return;
    event.preventDefault();
    this.submit();
  }

  /** @param {SubmitEvent} event */
  #onSubmit(event) {
    event.preventDefault();
    this.submit();
  }

  /** Send what is written. @param {Extra} [more] what is done with it */
  submit(more) {
    if (!this.canSend || this.#assistant?.objects()) return;
    const { text, mode } = this;
    // Empty the field first, so that a second click sends nothing.
    const body = isBlank(text) ? "" : cleaned(text);
    this.text = "";
    // The message is stored on the device before its draft is removed.
    const isSent = this.#send("compose", { body, mode, extra: this.#assistant?.extra(more) });
    if (!isSent) return void (this.text = text);
    this.refusals = [];
    this.#send("draft", { text: "", mode });
    this.focus();
  }

  #fit() {
    const textarea = this.#textarea;
    if (!textarea || CSS.supports("field-sizing", "content")) return;
    textarea.style.height = "auto";
    // scrollHeight does not include the borders.
    textarea.style.height = `${textarea.scrollHeight + 2}px`;
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #send(type, detail) {
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable: type === "compose" }));
  }
}

/** Touch keyboards have no Shift+Enter: there, Enter makes a new line and the button sends. */
function isTouch() {
  return matchMedia("(pointer: coarse)").matches;
}

customElements.define("message-composer", MessageComposer);
