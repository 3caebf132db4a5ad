import { LitElement, html, nothing } from "lit";

import { shared } from "#core/shared-styles.js";
import { isBlank } from "#core/text.js";

import { VARIABLES } from "../state/replies.js";
import { t } from "../writing/i18n/index.js";
import { repliesStyles } from "./canned-replies-styles.js";

/** @import { CannedReply } from "../state/replies.js" */

/**
 * The form of a canned reply.
 *
 * @property {CannedReply | null} reply the one to change; null for a new one
 * @property {Record<string, string>} errors what the server has refused, by field
 * @fires {CustomEvent<{ values: { shortcut: string, text_fr: string, text_en: string, is_shared: boolean } }>} reply-save - what is written
 * @fires {CustomEvent<null>} reply-cancel - nothing changes
 */
export class ReplyForm extends LitElement {
  static properties = { reply: { attribute: false }, errors: { attribute: false } };

  static styles = [shared, repliesStyles];

  constructor() {
    super();
    /** @type {CannedReply | null} */
    this.reply = null;
    /** @type {Record<string, string>} */
    this.errors = {};
  }

  /** @override */
  firstUpdated() {
    this.#field("shortcut")?.focus();
  }

  /** @override @param {Map<string, unknown>} changed */
  updated(changed) {
    const [wrong] = Object.keys(this.errors);
    if (changed.has("errors") && wrong) this.#field(wrong)?.focus();
  }

  /** @override */
  render() {
    const { reply } = this;
    const names = Object.keys(VARIABLES).map((name) => `{${name}} ${t(/** @type {any} */ (`about_${name}`))}`);
    return html`<form @submit=${this.#onSubmit} aria-labelledby="title" novalidate>
      <h2 id="title">${t(reply ? "editReply" : "newReply")}</h2>
      <div class="field">
        <label for="shortcut">${t("shortcut")}</label>
        <input class="control" id="shortcut" name="shortcut" maxlength="41" autocomplete="off" autocapitalize="none" spellcheck="false"
          .defaultValue=${reply?.shortcut ?? ""} aria-describedby="shortcut-hint shortcut-error" />
        <p class="hint" id="shortcut-hint">${t("shortcutHint")}</p>
        ${this.#error("shortcut")}
      </div>
      ${this.#text("text_fr", t("textFr"), "fr")} ${this.#text("text_en", t("textEn"), "en")}
      <p class="hint" id="variables">${t("variables", { names: names.join(", ") })}</p>
      <label class="check"><input type="checkbox" name="is_shared" .defaultChecked=${reply?.is_shared ?? true} /> ${t("isShared")}</label>
      <div class="buttons">
        <button type="button" class="button" @click=${() => this.dispatchEvent(new CustomEvent("reply-cancel"))}>${t("cancel")}</button>
        <button class="button primary">${t("save")}</button>
      </div>
    </form>`;
  }

  /** @param {"text_fr" | "text_en"} name @param {string} label @param {string} language */
  #text(name, label, language) {
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <textarea class="control" id=${name} name=${name} lang=${language} rows="4" .defaultValue=${this.reply?.[name] ?? ""} aria-describedby="variables ${name}-error"></textarea>
      ${this.#error(name)}
    </div>`;
  }

  /** @param {string} name */
  #error(name) {
    const said = this.errors[name];
    return said ? html`<p class="error" id="${name}-error" role="alert">${said}</p>` : nothing;
  }

  /** @param {SubmitEvent} event */
  #onSubmit(event) {
    event.preventDefault();
    const written = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const textOf = (/** @type {string} */ name) => String(written.get(name) ?? "").trim();
    const values = { shortcut: textOf("shortcut"), text_fr: textOf("text_fr"), text_en: textOf("text_en"), is_shared: written.has("is_shared") };
    if (isBlank(values.shortcut)) return this.#field("shortcut")?.focus();
    this.dispatchEvent(new CustomEvent("reply-save", { detail: { values } }));
  }

  /** @param {string} name */
  #field(name) {
    return /** @type {HTMLInputElement | null} */ (this.renderRoot.querySelector(`[name="${CSS.escape(name)}"]`));
  }
}

customElements.define("reply-form", ReplyForm);
