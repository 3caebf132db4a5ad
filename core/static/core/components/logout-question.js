import { LitElement, html } from "lit";

import { t } from "../i18n/core.js";
import { shared } from "../shared-styles.js";
import { questionStyles } from "./question-styles.js";

/** Asks whether to log out although something is not sent, and removes itself after the answer. */
export class LogoutQuestion extends LitElement {
  static properties = { messages: { state: true }, files: { state: true } };

  static styles = [shared, questionStyles];

  /** @type {(isSure: boolean) => void} */
  #answer = () => {};

  constructor() {
    super();
    this.messages = 0;
    this.files = 0;
  }

  /**
   * @param {{ messages: number, files: number }} unsent
   * @returns {Promise<boolean>} true if the person logs out all the same
   */
  async ask({ messages, files }) {
    this.messages = messages;
    this.files = files;
    await this.updateComplete;
    this.renderRoot.querySelector("dialog")?.showModal();
    return new Promise((resolve) => (this.#answer = resolve));
  }

  /** @override */
  render() {
    return html`<dialog aria-labelledby="title" @close=${() => this.#close(false)}>
      <h2 id="title">${this.#title}</h2>
      <p>${t("logoutForgets")}</p>
      <div class="buttons">
        <button class="button" @click=${() => this.#close(true)}>${t("logoutAnyway")}</button>
        <button class="button primary" autofocus @click=${() => this.#close(false)}>${t("stayLoggedIn")}</button>
      </div>
    </dialog>`;
  }

  get #title() {
    const { messages, files } = this;
    if (messages === 0) return t("filesUnsent", { n: files });
    return files === 0 ? t("messagesUnsent", { n: messages }) : t("bothUnsent", { n: messages, files: t("unsentFiles", { n: files }) });
  }

  /** @param {boolean} isSure */
  #close(isSure) {
    this.#answer(isSure);
    this.remove();
  }
}

customElements.define("logout-question", LogoutQuestion);
