import { css, html, nothing } from "lit";

import "#attachments/components/attachment-set.js";
import { asAttachment } from "#attachments/files.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { clock, exactLabel } from "#core/time.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";
import { namedText } from "./named-text.js";
import { changeFailure, changeMark, changeStyles, isLeaving } from "./pending-change.js";

/**
 * @import { Sending } from "#attachments/types.js"
 * @import { Limits } from "#core/types.js"
 * @import { ChangingNote, Pending } from "../types.js"
 */

/**
 * A note between colleagues, in its place in the thread. It looks different from everything a client sees. Sends
 * `note-edit` {note, body} and `note-delete` {note}. One that was refused sends `message-retry`, `message-rewrite`,
 * `message-discard` {id} and `copied`. The editor and the earlier texts are elements that this one names without importing
 * them: a page loads them after its first screen.
 *
 * @property {ChangingNote} note
 * @property {ReadonlyMap<string, Sending> | null} sendings uploads of this browser, by file id
 * @property {Limits | null} limits
 * @property {string} me the id of the reader
 * @property {boolean} mine
 */
export class InternalNote extends TurnElement {
  static properties = {
    note: { attribute: false },
    sendings: { attribute: false },
    limits: { attribute: false },
    me: {},
    mine: { type: Boolean },
    mode: { state: true },
    edited: { state: true },
  };

  static styles = [
    shared,
    css`
      :host {
        display: block;
        padding-block: var(--space-3) var(--space-1);
      }

      article {
        padding: var(--space-2) var(--space-3);
        border: 1px dashed var(--note-line);
        border-inline-start: 4px solid var(--note-line);
        border-radius: var(--radius-s);
        background: var(--note);
        color: var(--note-ink);
      }

      header {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-2);
        align-items: center;
        min-height: 2rem;
        font-size: var(--text-xs);
      }

      header .icon {
        width: 1rem;
        height: 1rem;
      }

      b {
        letter-spacing: 0.04em;
        text-transform: uppercase;
      }

      .body {
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }

      a {
        color: inherit;
      }

      mark {
        padding-inline: 0.15em;
        border-radius: var(--radius-s);
        background: color-mix(in srgb, var(--note-line) 30%, transparent);
        color: inherit;
        font-weight: 600;
      }

      mark.is-me {
        background: var(--note-strong);
        color: var(--on-note-strong);
      }

      attachment-set {
        padding-block-start: var(--space-2);
      }

      button {
        min-height: 2rem;
        padding-inline: var(--space-2);
        border: 0;
        border-radius: var(--radius-s);
        background: transparent;
        font-weight: 600;
        text-decoration: underline;
      }

      .buttons {
        margin-inline-start: auto;
      }

      @media (hover: none) {
        button {
          min-height: var(--touch);
        }
      }

      .failure {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1);
        color: var(--danger);
        font-size: var(--text-s);
      }
    `,
    changeStyles,
  ];

  constructor() {
    super();
    /** @type {ChangingNote | null} */
    this.note = null;
    /** @type {ReadonlyMap<string, Sending> | null} */
    this.sendings = null;
    /** @type {Limits | null} */
    this.limits = null;
    this.me = "";
    this.mine = false;
    /** @type {"read" | "edit" | "confirm"} */
    this.mode = "read";
    /** The text to edit. */
    this.edited = "";
  }

  /** @override */
  render() {
    if (!this.note) return nothing;
    const { pending } = this.note;
    const date = new Date(this.note.created_at);
    return html`<article aria-label=${t("noteLabel")}>
      <header>
        ${icons.lock}<b>${t("noteLabel")}</b>
        <span>${this.note.author.name}</span>
        <time datetime=${this.note.created_at} title=${exactLabel(date)}>${clock(date)}</time>
        ${changeMark(pending, () => this.#send("message-discard", { id: pending?.id }))}
        ${this.mine && !pending && this.mode !== "edit" ? html`<span class="buttons">${this.#buttons()}</span>` : nothing}
      </header>
      ${this.mode === "edit" ? this.#editor() : this.#body(this.note)} ${this.#files(this.note)}
      ${this.note.edited_at && !pending ? html`<note-history .note=${this.note}></note-history>` : nothing}
      ${changeFailure(pending, this.#acts(pending))}
    </article>`;
  }

  /** @param {ChangingNote} note */
  #body(note) {
    if (!note.body) return nothing;
    return html`<p class="body ${isLeaving(note) ? "is-leaving" : ""}" dir="auto">${namedText(note.body, note.mentions, this.me)}</p>`;
  }

  /** The files of a note; of one on its way, those that this browser sends. @param {ChangingNote} note */
  #files({ attachments = [], pending }) {
    const leaving = (pending?.attachments ?? []).flatMap((id) => this.sendings?.get(id) ?? []).map(asAttachment);
    const files = [...attachments, ...leaving];
    return files.length > 0 ? html`<attachment-set .files=${files} .sendings=${this.sendings}></attachment-set>` : nothing;
  }

  #editor() {
    return html`<note-editor .body=${this.edited} .limits=${this.limits} @note-save=${this.#save} @note-cancel=${() => (this.mode = "read")}></note-editor>`;
  }

  #buttons() {
    if (this.mode === "confirm") {
      return html`<span>${t("confirmRemoveNote")}</span> <button @click=${this.#remove}>${t("remove")}</button>
        <button @click=${() => (this.mode = "read")}>${t("cancel")}</button>`;
    }
    return html`<button @click=${() => this.#edit(this.note?.body ?? "")}>${t("edit")}</button>
      <button @click=${() => (this.mode = "confirm")}>${t("remove")}</button>`;
  }

  /** @param {string} text */
  #edit(text) {
    this.edited = text;
    this.mode = "edit";
  }

  /** @param {CustomEvent<{ body: string }>} event */
  #save({ detail: { body } }) {
    this.mode = "read";
    if (body !== this.note?.body) this.#send("note-edit", { note: this.note, body });
  }

  /** @param {Pending | undefined} pending */
  #acts(pending) {
    if (!pending) return [];
    const { id, body, kind } = pending;
    const drop = { label: t("dismiss"), act: () => this.#send("message-discard", { id }) };
    if (kind === "note-delete") return [drop];
    if (kind === "note-edit") return [{ label: t("edit"), act: () => this.#edit(body) }, { label: t("copy"), act: () => void this.#copy(body) }, drop];
    return [
      { label: t("retry"), act: () => this.#send("message-retry", { id }) },
      { label: t("edit"), act: () => this.#send("message-rewrite", { id }) },
      { label: t("copy"), act: () => void this.#copy(body) },
      { label: t("remove"), act: () => this.#send("message-discard", { id }) },
    ];
  }

  /** @param {string} text */
  async #copy(text) {
    const isDone = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    this.#send("copied", { isDone: isDone ?? false });
  }

  #remove() {
    this.mode = "read";
    this.#send("note-delete", { note: this.note });
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("internal-note", InternalNote);
