import { css, html } from "lit";

import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";
import * as api from "../notifications-api.js";

/**
 * The button that shows the email that a message was made of.
 *
 * @property {string} conversation the id of its conversation
 * @property {string} message the id of the message
 */
export class EmailOriginal extends TurnElement {
  static properties = { conversation: {}, message: {} };

  static styles = [
    shared,
    css`
      button {
        padding: var(--space-1);
        margin: calc(-1 * var(--space-1));
        border: 0;
        border-radius: var(--radius-s);
        background: transparent;
        color: var(--brand-text);
        font-size: inherit;
        text-decoration: underline;
        text-underline-offset: 0.15em;
      }

      button:hover {
        background: var(--surface-hover);
      }

      @media (hover: none) {
        button {
          padding-block: var(--space-3);
          margin-block: calc(-1 * var(--space-2));
        }
      }
    `,
  ];

  constructor() {
    super();
    this.conversation = "";
    this.message = "";
  }

  /** @override */
  render() {
    return html`<button aria-haspopup="dialog" @click=${this.#show}>${t("showOriginal")}</button><email-dialog></email-dialog>`;
  }

  async #show() {
    const { conversation, message } = this;
    // Pages load it once they are idle.
    await customElements.whenDefined("email-dialog");
    void this.renderRoot.querySelector("email-dialog")?.show(() => api.originalOf(conversation, message));
  }
}

customElements.define("email-original", EmailOriginal);
