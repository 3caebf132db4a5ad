import { LitElement, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { ApiError } from "#core/api.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { uuid7 } from "#core/uuid.js";

import * as api from "../replies-api.js";
import { folded } from "../state/typed-word.js";
import { t } from "../writing/i18n/index.js";
import { repliesStyles } from "./canned-replies-styles.js";
import "./confirm-dialog.js";
import "./reply-form.js";

/**
 * @import { Me } from "#core/types.js"
 * @import { CannedReply } from "../state/replies.js"
 * @typedef {{ shortcut: string, text_fr: string, text_en: string, is_shared: boolean }} Values
 */

const NOTICE_MS = 6_000;
// With fewer, all are on the screen.
const FILTERED_FROM = 8;

/**
 * The page of the canned replies: one's own and the shared ones, to create, change and delete.
 *
 * @property {Pick<Me, "id" | "role"> | null} me
 */
export class CannedReplies extends LitElement {
  static properties = {
    me: { attribute: false },
    replies: { state: true },
    failed: { state: true },
    edited: { state: true },
    asked: { state: true },
    errors: { state: true },
    wanted: { state: true },
    notice: { state: true },
  };

  static styles = [shared, repliesStyles];

  /** The id of a new reply: saved again after a lost answer, it is there once. */
  #newId = uuid7();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    super();
    /** @type {Pick<Me, "id" | "role"> | null} */
    this.me = null;
    /** Null until they are known. @type {CannedReply[] | null} */
    this.replies = null;
    this.failed = false;
    /** The id of the reply in the form, or "new". */
    this.edited = "";
    /** The reply that is about to be deleted. @type {CannedReply | null} */
    this.asked = null;
    /** @type {Record<string, string>} */
    this.errors = {};
    this.wanted = "";
    this.notice = "";
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    void this.#load();
  }

  /** @override */
  render() {
    return html`<div class="page">
        <header>
          <a class="icon-button" href="/staff/messages" aria-label=${t("backToMessages")} title=${t("backToMessages")}>${icons.back}</a>
          <h1>${t("repliesTitle")}</h1>
          ${this.replies && this.edited !== "new" ? html`<button class="button primary new" @click=${() => this.#edit("new")}>${icons.plus}${t("newReply")}</button>` : nothing}
        </header>
        <p class="hint">${t("repliesIntro")}</p>
        ${this.edited === "new" ? this.#form(null) : nothing} ${this.#list()}
      </div>
      <div class="toast" role="status">${this.notice ? html`<p>${this.notice}</p>` : nothing}</div>
      <confirm-dialog
        question=${t("confirmRemoveReply", { word: this.asked?.shortcut ?? "" })}
        action=${t("remove")}
        @confirmed=${this.#remove}
        @refused=${() => (this.asked = null)}
      ></confirm-dialog>`;
  }

  #list() {
    if (this.failed) return html`<p class="none" role="alert">${t("loadFailed")}</p><button class="button" @click=${this.#load}>${t("retry")}</button>`;
    if (!this.replies) return html`<p class="none" aria-busy="true">${t("loading")}</p>`;
    if (this.replies.length === 0) return this.edited ? nothing : html`<p class="none">${t("noReplies")}</p>`;
    const wanted = folded(this.wanted);
    const shown = this.replies.filter(({ shortcut, text_fr, text_en }) => folded(`${shortcut} ${text_fr} ${text_en}`).includes(wanted));
    return html`${this.replies.length >= FILTERED_FROM ? this.#filter() : nothing}
      <ul>
        ${repeat(shown, ({ id }) => id, (reply) => (this.edited === reply.id ? html`<li>${this.#form(reply)}</li>` : this.#reply(reply)))}
      </ul>`;
  }

  #filter() {
    return html`<input class="control" type="search" aria-label=${t("filterReplies")} placeholder=${t("filterReplies")}
      @input=${(/** @type {{ target: HTMLInputElement }} */ { target }) => (this.wanted = target.value)} />`;
  }

  /** @param {CannedReply} reply */
  #reply(reply) {
    const { shortcut, text_fr, text_en, is_shared, owner, use_count } = reply;
    const isMine = owner?.id === this.me?.id;
    return html`<li data-id=${reply.id}>
      <div class="line">
        <b>/${shortcut}</b>
        <span>${t(is_shared ? "shared" : "personal")}${isMine || !owner ? nothing : html`, ${t("by", { name: owner.name })}`}</span>
        <span class="uses">${use_count > 0 ? t("uses", { n: use_count }) : t("neverUsed")}</span>
      </div>
      ${text(text_fr, "fr")} ${text(text_en, "en")}
      ${isMine || (is_shared && this.me?.role === "manager") ? this.#buttons(reply) : nothing}
    </li>`;
  }

  /** @param {CannedReply} reply */
  #buttons(reply) {
    return html`<div class="buttons">
      <button class="button" aria-label="${t("edit")} /${reply.shortcut}" @click=${() => this.#edit(reply.id)}>${t("edit")}</button>
      <button class="button" aria-label="${t("remove")} /${reply.shortcut}" @click=${() => this.#ask(reply)}>${t("remove")}</button>
    </div>`;
  }

  /** @param {CannedReply | null} reply */
  #form(reply) {
    return html`<reply-form .reply=${reply} .errors=${this.errors} @reply-save=${(/** @type {CustomEvent} */ { detail }) => this.#save(reply, detail.values)} @reply-cancel=${() => this.#edit("")}></reply-form>`;
  }

  /** @param {string} id */
  #edit(id) {
    this.errors = {};
    this.edited = id;
  }

  async #load() {
    this.failed = false;
    try {
      this.replies = await api.listReplies();
    } catch {
      this.failed = true;
    }
  }

  /** @param {CannedReply | null} reply @param {Values} values */
  async #save(reply, values) {
    const saved = await this.#attempt(() => (reply ? api.changeReply(reply.id, values) : api.addReply({ ...values, id: this.#newId })));
    if (!saved) return;
    if (!reply) this.#newId = uuid7();
    this.#edit("");
    this.replies = sorted([saved, ...(this.replies ?? []).filter(({ id }) => id !== saved.id)]);
    this.#say(t("saved"));
  }

  /** @param {CannedReply} reply */
  async #ask(reply) {
    this.asked = reply;
    await this.updateComplete;
    await this.renderRoot.querySelector("confirm-dialog")?.open();
  }

  async #remove() {
    const reply = this.asked;
    this.asked = null;
    if (!reply || (await this.#attempt(() => api.deleteReply(reply.id).then(() => true))) !== true) return;
    this.replies = (this.replies ?? []).filter(({ id }) => id !== reply.id);
    this.#say(t("removed"));
  }

  /**
   * Say why something was refused: beside its field, or below. @template Answer
   *
   * @param {() => Promise<Answer>} act
   * @returns {Promise<Answer | undefined>}
   */
  async #attempt(act) {
    this.errors = {};
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof ApiError)) this.#say(t("noNetwork"));
      else if (error.errors.some(({ attr }) => attr)) this.errors = Object.fromEntries(error.errors.map(({ attr, detail }) => [attr ?? "", detail]));
      else this.#say(error.message);
      return undefined;
    }
  }

  /** @param {string} notice */
  #say(notice) {
    this.notice = notice;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.notice = ""), NOTICE_MS);
  }
}

/** @param {string} written @param {"fr" | "en"} language */
function text(written, language) {
  if (!written) return nothing;
  return html`<div class="text"><abbr title=${t(language === "fr" ? "languageFr" : "languageEn")}>${language}</abbr><p lang=${language}>${written}</p></div>`;
}

/** @param {CannedReply[]} replies */
function sorted(replies) {
  return replies.toSorted((a, b) => a.shortcut.localeCompare(b.shortcut, "fr"));
}

customElements.define("canned-replies", CannedReplies);
