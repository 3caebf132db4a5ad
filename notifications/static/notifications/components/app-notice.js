import { LitElement, css, html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";

/**
 * A sentence of the app itself with one button, above the page: it moves nothing. Sends `notice-act` and
 * `notice-dismiss`.
 *
 * @property {string} text empty: nothing is shown
 * @property {string} action the name of the button; empty: none
 */
export class AppNotice extends LitElement {
  static properties = { text: {}, action: {} };

  static styles = [
    shared,
    css`
      :host {
        position: fixed;
        inset-block-end: calc(8.5rem + env(safe-area-inset-bottom));
        inset-inline: var(--space-3);
        z-index: 6;
        display: grid;
        justify-items: center;
        pointer-events: none;
      }

      .card {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        max-width: 34rem;
        padding: var(--space-1) var(--space-1) var(--space-1) var(--space-4);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface);
        box-shadow: var(--shadow-high);
        color: var(--ink);
        font-size: var(--text-s);
        pointer-events: auto;
      }

      .text {
        flex: 1;
        min-width: 0;
      }

      .button {
        flex: none;
      }
    `,
  ];

  constructor() {
    super();
    this.text = "";
    this.action = "";
  }

  /** @override */
  render() {
    // The live region stays, so that its text is read out when it comes.
    return html`<div role="status">${this.text ? this.#card() : nothing}</div>`;
  }

  #card() {
    return html`<div class="card">
      <span class="text">${this.text}</span>
      ${this.action ? html`<button class="button primary" @click=${() => this.#send("notice-act")}>${this.action}</button>` : nothing}
      <button class="icon-button" aria-label=${t("dismiss")} @click=${() => this.#send("notice-dismiss")}>${icons.close}</button>
    </div>`;
  }

  /** @param {string} type */
  #send(type) {
    this.dispatchEvent(new CustomEvent(type));
  }
}

customElements.define("app-notice", AppNotice);
