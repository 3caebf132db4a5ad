import { LitElement, html, nothing } from "lit";

import { shared } from "#core/shared-styles.js";
import { exactLabel, shortLabel } from "#core/time.js";

import { t } from "../i18n/people/index.js";
import { sheetStyles } from "./client-sheet-styles.js";

/**
 * @import { Api } from "#api"
 * @typedef {Api["Remark"]} Remark
 */

/**
 * What the company remarks about a client, and the field that changes it. Sends `remark-save` {body, replaces}.
 *
 * @property {Remark | null} remark
 * @property {string} error why the last text was not saved
 * @property {boolean} busy true during the request
 */
export class ClientRemark extends LitElement {
  static properties = {
    remark: { attribute: false },
    error: {},
    busy: { type: Boolean },
    isEditing: { state: true },
  };

  static styles = [shared, sheetStyles];

  constructor() {
    super();
    /** @type {Remark | null} */
    this.remark = null;
    this.error = "";
    this.busy = false;
    this.isEditing = false;
  }

  /** @override @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    // Saved.
    if (changed.get("busy") && !this.busy && !this.error) this.isEditing = false;
  }

  /** @override */
  render() {
    return this.isEditing ? this.#form() : this.#shown();
  }

  #shown() {
    const { remark } = this;
    const label = t(remark?.body ? "remarkEdit" : "remarkAdd");
    return html`${remark?.body ? this.#text(remark) : html`<p class="soft">${t("remarkNone")}</p>`}
      <button class="button" @click=${this.#edit}>${label}</button>`;
  }

  /** @param {Remark} remark */
  #text({ body, by, at }) {
    const date = new Date(at);
    return html`<p class="remark" dir="auto">${body}</p>
      <small title=${exactLabel(date)}>${t("remarkBy", { name: by.name, when: shortLabel(date) })}</small>`;
  }

  #form() {
    const { remark, error, busy } = this;
    return html`<form class="edit" @submit=${this.#save} @keydown=${this.#onKey}>
      <textarea class="control" dir="auto" aria-label=${t("remarkLabel")} .defaultValue=${remark?.body ?? ""} ?readonly=${busy}></textarea>
      <p class="soft">${t("remarkHint")}</p>
      ${error ? this.#refused(error) : nothing}
      <div class="buttons">
        <button class="button primary" ?disabled=${busy}>${t("remarkSave")}</button>
        <button type="button" class="button" @click=${this.#cancel}>${t("remarkCancel")}</button>
      </div>
    </form>`;
  }

  /** Beside one's own text, that of a colleague who was faster. @param {string} error */
  #refused(error) {
    const newest = this.remark?.body;
    return html`<p class="error" role="alert">${error}</p>
      ${newest ? html`<p class="soft">${t("remarkNewest", { text: newest })}</p>` : nothing}`;
  }

  #edit() {
    this.isEditing = true;
    void this.updateComplete.then(() => this.renderRoot.querySelector("textarea")?.focus());
  }

  #cancel() {
    this.isEditing = false;
    this.error = "";
    void this.updateComplete.then(() => this.renderRoot.querySelector("button")?.focus());
  }

  /** Escape leaves the field alone, not the sheet around it. @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.#cancel();
  }

  /** @param {SubmitEvent} event */
  #save(event) {
    event.preventDefault();
    const body = this.renderRoot.querySelector("textarea")?.value ?? "";
    const detail = { body, replaces: this.remark?.id ?? null };
    this.dispatchEvent(new CustomEvent("remark-save", { detail, bubbles: true, composed: true }));
  }
}

customElements.define("client-remark", ClientRemark);
