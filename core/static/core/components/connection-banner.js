import { LitElement, css, html, nothing } from "lit";

import { t } from "../i18n/core.js";

// Shorter cuts are not worth a word: the stream comes back, and what was missed is asked for.
const PATIENCE_MS = 5_000;

/**
 * Says that the page is not live any more, once that lasts.
 *
 * @property {boolean} disconnected
 */
export class ConnectionBanner extends LitElement {
  static properties = { disconnected: { type: Boolean }, shown: { state: true } };

  static styles = css`
    p {
      padding: var(--space-2) var(--space-4);
      margin: 0;
      background: var(--note);
      color: var(--note-ink);
      font-size: var(--text-s);
      font-weight: 600;
      text-align: center;
    }
  `;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    super();
    this.disconnected = false;
    this.shown = false;
  }

  /** @override @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("disconnected")) return;
    clearTimeout(this.#timer);
    if (this.disconnected) this.#timer = setTimeout(() => (this.shown = true), PATIENCE_MS);
    else this.shown = false;
  }

  /** @override */
  disconnectedCallback() {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  /** @override */
  render() {
    // The live region stays in the page: one that arrives with its text is often not read out.
    return html`<div role="status">
      ${this.shown ? html`<p>${t(navigator.onLine ? "reconnecting" : "offline")}</p>` : nothing}
    </div>`;
  }
}

customElements.define("connection-banner", ConnectionBanner);
