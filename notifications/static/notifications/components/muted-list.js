import { LitElement, html, nothing } from "lit";

import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/preferences/index.js";
import { sectionStyles } from "./preference-styles.js";

/**
 * The list of muted conversations. Sends `unmute` {id}.
 *
 * @property {{ id: string, subject: string }[]} muted
 */
export class MutedList extends LitElement {
  static properties = { muted: { attribute: false } };

  static styles = [shared, sectionStyles];

  constructor() {
    super();
    /** @type {{ id: string, subject: string }[]} */
    this.muted = [];
  }

  /** @override */
  render() {
    return html`<h2>${t("muted")}</h2>
      ${this.muted.length === 0 ? html`<p class="hint">${t("noMuted")}</p>` : nothing}
      <ul>
        ${this.muted.map(
          ({ id, subject }) =>
            html`<li>
              <span class="what">${subject}</span>
              <button class="quiet-button" aria-label=${t("unmuteNamed", { subject })} @click=${() => this.#unmute(id)}>
                ${t("unmute")}
              </button>
            </li>`,
        )}
      </ul>`;
  }

  /** @param {string} id */
  #unmute(id) {
    this.dispatchEvent(new CustomEvent("unmute", { detail: { id }, bubbles: true, composed: true }));
  }
}

customElements.define("muted-list", MutedList);
