import { LitElement, css, html } from "lit";

import { questionStyles } from "#core/components/question-styles.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";

/**
 * Asks before what cannot be taken back. Sends `confirmed`, or `refused`.
 *
 * @property {string} question
 * @property {string} action the word on the button that does it
 */
export class ConfirmDialog extends LitElement {
  static properties = { question: {}, action: {} };

  static styles = [
    shared,
    questionStyles,
    css`
      dialog {
        width: min(24rem, calc(100vw - 2 * var(--space-4)));
      }

      p {
        color: inherit;
        font-weight: 600;
        text-wrap: balance;
      }

      .buttons {
        margin-block-start: var(--space-5);
      }

      .button.danger {
        border-color: var(--danger);
        color: var(--danger);
      }
    `,
  ];

  constructor() {
    super();
    this.question = "";
    this.action = "";
  }

  async open() {
    await this.updateComplete;
    if (!this.#dialog?.open) this.#dialog?.showModal();
  }

  /** @override */
  render() {
    return html`<dialog role="alertdialog" aria-labelledby="question" @close=${this.#onClose} @click=${this.#onClick}>
      <form method="dialog">
        <p id="question">${this.question}</p>
        <div class="buttons">
          <button class="button" autofocus>${t("cancel")}</button>
          <button class="button danger" value="confirmed">${this.action}</button>
        </div>
      </form>
    </dialog>`;
  }

  /** A click outside refuses. @param {MouseEvent} event */
  #onClick({ target, currentTarget }) {
    if (target === currentTarget) this.#dialog?.close("");
  }

  #onClose() {
    this.dispatchEvent(new CustomEvent(this.#dialog?.returnValue === "confirmed" ? "confirmed" : "refused"));
  }

  get #dialog() {
    return this.renderRoot.querySelector("dialog");
  }
}

customElements.define("confirm-dialog", ConfirmDialog);
