import { html, nothing } from "lit";

import { t } from "../i18n/core.js";
import { access } from "../session.js";
import { shared } from "../shared-styles.js";
import { TurnElement } from "../turn-element.js";
import { questionStyles } from "./question-styles.js";

/**
 * Asks to log in again, over the page: what is written there stays. The address of the page leads back here.
 *
 * @property {boolean} open
 * @property {number} waiting number of messages that will be sent after the login
 */
export class SessionEnded extends TurnElement {
  static properties = { open: { type: Boolean }, waiting: { type: Number } };

  static styles = [shared, questionStyles];

  constructor() {
    super();
    this.open = false;
    this.waiting = 0;
  }

  /** @override @param {Map<string, unknown>} changed */
  updated(changed) {
    if (!changed.has("open")) return;
    this.ask();
    if (!this.open) this.#dialog?.close();
  }

  /** @override */
  render() {
    const { login } = access;
    return html`<dialog aria-labelledby="title">
      <h2 id="title">${t("sessionEnded")}</h2>
      <p>${this.waiting > 0 ? t("sessionEndedWaiting", { n: this.waiting }) : t("sessionEndedText")}</p>
      <div class="buttons">
        <button class="button" @click=${() => this.#dialog?.close()}>${t("keepReading")}</button>
        ${login === null ? nothing : html`<a class="button primary" href=${login}>${t("logInAgain")}</a>`}
      </div>
    </dialog>`;
  }

  /** Show the question again, after the person has put it off. */
  ask() {
    if (this.open && !this.#dialog?.open) this.#dialog?.showModal();
  }

  get #dialog() {
    return this.renderRoot.querySelector("dialog");
  }
}

customElements.define("session-ended", SessionEnded);
