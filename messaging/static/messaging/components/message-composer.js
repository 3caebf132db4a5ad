import { LitElement, css, html, nothing } from "lit";
import { live } from "lit/directives/live.js";

import "#attachments/components/attachment-tray.js";
import "#attachments/components/attachment-upload.js";
import { isSendable } from "#attachments/uploads/uploader.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { cleaned, isBlank, lengthOf } from "#core/text.js";

import { t } from "../i18n/index.js";
import { charactersLeft } from "./characters-left.js";

/**
 * @import { Sending } from "#attachments/types.js"
 * @import { Limits } from "#core/types.js"
 */

/**
 * The field for a message or a note. In `note` mode it looks different and sends another event. A note cannot
 * become a message by mistake, since each mode has its own draft and its own button.
 *
 * Sends `compose` {body, mode}, `draft` {text, mode} at each change, `composing` while a reply is typed, and
 * `mode-change` {mode}. The events of the elements for files pass through (`files-chosen`, `file-remove`…).
 *
 * @property {string} draft the first text, read when `place` or `mode` changes
 * @property {string} place the conversation; a change of it reads the draft again
 * @property {"reply" | "note"} mode
 * @property {boolean} notes offers the internal notes
 * @property {boolean} staff shows the texts of the company's side
 * @property {Sending[]} chosen the files of the message being written
 * @property {Limits | null} limits the `limits` of GET /me; without them the server alone refuses
 */
export class MessageComposer extends LitElement {
  static properties = {
    draft: { attribute: false },
    place: {},
    mode: { reflect: true },
    notes: { type: Boolean },
    staff: { type: Boolean },
    chosen: { attribute: false },
    limits: { attribute: false },
    text: { state: true },
    refusals: { state: true },
  };

  static styles = [
    shared,
    css`
      :host {
        display: block;
        padding: var(--space-2) max(var(--space-3), env(safe-area-inset-right))
          max(var(--space-2), env(safe-area-inset-bottom)) max(var(--space-3), env(safe-area-inset-left));
        border-block-start: 1px solid var(--line);
        background: var(--surface);
      }

      :host([mode="note"]) {
        border-block-start-color: var(--note-line);
        background: var(--note);
        color: var(--note-ink);
      }

      form,
      .modes,
      .under,
      attachment-tray {
        /* As wide as the messages above. */
        max-width: calc(56rem - 2 * var(--space-4));
        margin-inline: auto;
      }

      .modes {
        display: flex;
        gap: var(--space-1);
        margin-block-end: var(--space-2);
      }

      .modes button {
        display: inline-flex;
        gap: var(--space-1);
        align-items: center;
        min-height: 2.25rem;
        padding-inline: var(--space-3);
        border: 1px solid transparent;
        border-radius: var(--radius-full);
        background: transparent;
        color: inherit;
        font-size: var(--text-s);
        font-weight: 600;
      }

      @media (hover: none) {
        .modes button {
          min-height: var(--touch);
        }
      }

      .modes button[aria-pressed="true"] {
        border-color: currentcolor;
      }

      .modes .icon {
        width: 1rem;
        height: 1rem;
      }

      form {
        display: flex;
        gap: var(--space-2);
        align-items: flex-end;
      }

      attachment-upload {
        margin-inline-start: calc(-1 * var(--space-2));
      }

      textarea {
        flex: 1;
        min-width: 0;
        max-height: min(40dvh, 16rem);
        padding: 0.6rem var(--space-3);
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-l);
        background: var(--surface);
        color: var(--ink);
        font-size: max(1rem, 16px);
        line-height: var(--leading);
        resize: none;
      }

      textarea::placeholder {
        color: var(--ink-faint);
        opacity: 1;
      }

      .send {
        display: inline-flex;
        flex: none;
        gap: var(--space-2);
        align-items: center;
        justify-content: center;
        min-width: var(--touch);
        height: var(--touch);
        padding-inline: var(--space-3);
        border: 0;
        border-radius: var(--radius-l);
        background: var(--brand);
        color: var(--on-brand);
        font-weight: 600;
        transition: background var(--quick);
      }

      .send:hover {
        background: var(--brand-hover);
      }

      :host([mode="note"]) .send {
        background: var(--note-strong);
        color: var(--on-note-strong);
      }

      .send[aria-disabled="true"] {
        background: var(--surface-hover);
        color: var(--ink-faint);
      }

      .under {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-4);
        padding-block-start: var(--space-1);
        font-size: var(--text-xs);
      }

      .under .is-over {
        color: var(--danger);
        font-weight: 700;
      }

      @media (forced-colors: active) {
        .send {
          border: 1px solid;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.draft = "";
    this.place = "";
    /** @type {"reply" | "note"} */
    this.mode = "reply";
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

  /** Put a text before the one that is written, and the caret between them. @param {string} text */
  async putBefore(text) {
    await this.updateComplete;
    this.text = [text, this.text].filter((part) => !isBlank(part)).join("\n\n");
    this.#send("draft", { text: this.text, mode: this.mode });
    await this.updateComplete;
    this.focus();
    this.#textarea?.setSelectionRange(text.length, text.length);
  }

  /** @override @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("place") || changed.has("mode")) this.text = this.draft;
    if (changed.has("place")) this.refusals = [];
  }

  /** @override @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("text")) this.#fit();
  }

  /** @override */
  render() {
    const counter = charactersLeft(this.#left);
    return html`
      ${this.notes ? this.#modes() : nothing}
      ${this.#hasFiles
        ? html`<attachment-tray .sendings=${this.chosen} .refusals=${this.refusals} ?hidden=${this.#trayIsEmpty}></attachment-tray>`
        : nothing}
      <form @submit=${this.#onSubmit}>
        ${this.#hasFiles ? html`<attachment-upload count=${this.chosen.length} .limits=${this.limits}></attachment-upload>` : nothing}
        <textarea
          rows="1"
          dir="auto"
          aria-label=${this.#placeholder}
          placeholder=${this.#placeholder}
          enterkeyhint=${isTouch() ? "enter" : "send"}
          .value=${live(this.text)}
          @input=${this.#onInput}
          @keydown=${this.#onKey}
        ></textarea>
        <button class="send" aria-disabled=${!this.#canSend} aria-label=${this.#action} title=${this.#action}>
          ${this.mode === "note" ? icons.lock : icons.send}${this.mode === "note" ? this.#action : nothing}
        </button>
      </form>
      <div class="under" ?hidden=${this.mode !== "note" && counter === nothing}>
        ${this.mode === "note" ? html`<span>${t("noteHint")}</span>` : nothing} ${counter}
      </div>
    `;
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

  /** Notes have no files. */
  get #hasFiles() {
    return this.mode === "reply";
  }

  get #trayIsEmpty() {
    return this.chosen.length === 0 && this.refusals.length === 0;
  }

  get #canSend() {
    const hasFiles = this.#hasFiles && this.chosen.some(isSendable);
    return (!isBlank(this.text) || hasFiles) && this.#left >= 0;
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
    this.#send("draft", { text: this.text, mode: this.mode });
    if (this.mode === "reply" && !isBlank(this.text)) this.#send("composing", {});
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    // Enter also ends the composition of an accent or an ideogram (keyCode 229 in Safari). Do not send then.
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    const isForced = event.ctrlKey || event.metaKey;
    if (!isForced && (event.shiftKey || event.altKey || isTouch())) return;
    event.preventDefault();
    this.#submit();
  }

  /** @param {SubmitEvent} event */
  #onSubmit(event) {
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    if (!this.#canSend) return;
    // Empty the field first, so that a second click sends nothing.
    const body = isBlank(this.text) ? "" : cleaned(this.text);
    this.text = "";
    this.refusals = [];
    this.#send("draft", { text: "", mode: this.mode });
    this.#send("compose", { body, mode: this.mode });
    this.focus();
  }

  #fit() {
    const textarea = this.#textarea;
    if (!textarea) return;
    textarea.style.height = "auto";
    // scrollHeight does not include the borders.
    textarea.style.height = `${textarea.scrollHeight + 2}px`;
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/** Touch keyboards have no Shift+Enter: there, Enter makes a new line and the button sends. */
function isTouch() {
  return matchMedia("(pointer: coarse)").matches;
}

customElements.define("message-composer", MessageComposer);
