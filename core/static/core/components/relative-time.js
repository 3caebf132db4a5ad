import { LitElement, html } from "lit";

import { exactLabel, shortLabel } from "../time.js";

/**
 * A time in a few characters (12 min, hier), updated while the page is open. Its title is the exact time.
 *
 * @property {string} datetime ISO 8601
 */
export class RelativeTime extends LitElement {
  static properties = { datetime: {} };

  /** One timer updates all of them. @type {Set<RelativeTime>} */
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
