import { LitElement, html } from "lit";

import { exactLabel, shortLabel } from "../time.js";

/**
 * A moment in a few characters (« 12 min », « hier »), kept true while the page stays open; the exact
 * moment is its title.
 *
 * @property {string} datetime ISO 8601
 */
export class RelativeTime extends LitElement {
  static properties = { datetime: {} };

  /** One clock for all of them. @type {Set<RelativeTime>} */
  static #shown = new Set();

  static {
    setInterval(() => this.#shown.forEach((element) => element.requestUpdate()), 30_000);
  }

  constructor() {
    super();
    this.datetime = "";
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    RelativeTime.#shown.add(this);
  }

  /** @override */
  disconnectedCallback() {
    RelativeTime.#shown.delete(this);
    super.disconnectedCallback();
  }

  /** @override */
  render() {
    const date = new Date(this.datetime);
    return html`<time datetime=${this.datetime} title=${exactLabel(date)}>${shortLabel(date)}</time>`;
  }
}

customElements.define("relative-time", RelativeTime);
