import { LitElement, css, html, nothing } from "lit";

import { t } from "../i18n/core.js";

// Do not mention shorter cuts: the stream comes back, and the page asks for what it missed.
const PATIENCE_MS = 5_000;

/**
 * Says that the page is not live any more, once that has lasted a while.
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
    // Keep the live region in the page: screen readers often skip one that appears together with its text.
    return html`<div role="status">
      ${this.shown ? html`<p>${t(navigator.onLine ? "reconnecting" : "offline")}</p>` : nothing}
    </div>`;
  }
}

customElements.define("connection-banner", ConnectionBanner);
