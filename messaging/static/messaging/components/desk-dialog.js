import { LitElement, html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../desk/thread/i18n/index.js";
import { deskDialogStyles } from "./desk-dialog-styles.js";

/**
 * A dialog of the company's work. Escape, the back gesture of Android and a click outside close it, and the focus goes back
 * to where it was. Sends `dialog-close`.
 *
 * @property {string} error why the server refused; the dialog stays open
 * @property {boolean} busy an answer is awaited
 */
export class DeskDialog extends LitElement {
  static properties = { error: {}, busy: { type: Boolean } };

  static styles = [shared, deskDialogStyles];

  constructor() {
    super();
    this.error = "";
    this.busy = false;
  }

  /** A touch screen shows its keyboard over what can be chosen: there nothing gets the focus. @override */
  firstUpdated() {
    this.#dialog?.showModal();
    const first = /** @type {import("lit").LitElement | null} */ (this.renderRoot.querySelector("[autofocus]"));
    if (first && !matchMedia("(hover: none)").matches) void Promise.resolve(first.updateComplete).then(() => first.focus());
  }

  close() {
    this.#dialog?.close();
  }

  /** @override */
  render() {
    return html`<dialog aria-labelledby="title" @close=${this.#onClose} @click=${this.#onClick}>
      <form novalidate @submit=${this.#onSubmit}>
        <div class="head">
          <h2 id="title">${this.heading}</h2>
          <button type="button" class="icon-button" aria-label=${t("closeDialog")} @click=${this.close}>${icons.close}</button>
        </div>
        ${this.content()}
        <div role="alert">${this.error ? html`<p class="error">${this.error}</p>` : nothing}</div>
        ${this.buttons()}
      </form>
    </dialog>`;
  }

  get heading() {
    return "";
  }

  /** @returns {unknown} */
  content() {
    return nothing;
  }

  /** @returns {unknown} */
  buttons() {
    return nothing;
  }

  /** Do what the main button does. */
  submit() {}

  /** @param {string} action the words of the main button */
  choice(action) {
    return html`<div class="buttons">
      <button type="button" class="button" @click=${this.close}>${t("cancel")}</button>
      <button class="button primary" ?disabled=${this.busy}>${action}</button>
    </div>`;
  }

  /** @param {SubmitEvent} event */
  #onSubmit(event) {
    event.preventDefault();
    if (!this.busy) this.submit();
  }

  /** The backdrop is the dialog itself. @param {MouseEvent} event */
  #onClick({ target, currentTarget }) {
    if (target === currentTarget) this.close();
  }

  #onClose() {
    this.dispatchEvent(new CustomEvent("dialog-close"));
  }

  get #dialog() {
    return this.renderRoot.querySelector("dialog");
  }
}
