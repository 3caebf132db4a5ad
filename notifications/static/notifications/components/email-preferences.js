import { LitElement, html, nothing } from "lit";

import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import { change, sectionStyles } from "./preference-styles.js";

/** @import { Preferences } from "../types.js" */

/** @type {[Preferences["email"], "emailUnread" | "emailAlways" | "emailNever"][]} */
const MODES = [
  ["unread", "emailUnread"],
  ["always", "emailAlways"],
  ["never", "emailNever"],
];
const DELAYS_MINUTES = [2, 5, 10, 30, 60, 240, 1440];

/**
 * The choice of emails and their delay. Sends `preferences-change`.
 *
 * @property {Preferences | null} preferences
 */
export class EmailPreferences extends LitElement {
  static properties = { preferences: { attribute: false } };

  static styles = [shared, sectionStyles];

  constructor() {
    super();
    /** @type {Preferences | null} */
    this.preferences = null;
  }

  /** @override */
  render() {
    const { preferences } = this;
    if (!preferences) return nothing;
    return html`<fieldset>
        <legend><h2>${t("emails")}</h2></legend>
        ${MODES.map(
          ([mode, key]) =>
            html`<label class="choice">
              <input
                type="radio"
                name="email"
                .checked=${preferences.email === mode}
                @change=${() => change(this, { email: mode })}
              />
              ${t(key)}
            </label>`,
        )}
      </fieldset>
      ${preferences.email === "never" ? nothing : this.#delay(preferences.email_delay_minutes)}`;
  }

  /** @param {number | null} chosen */
  #delay(chosen) {
    const offered = chosen === null || DELAYS_MINUTES.includes(chosen) ? DELAYS_MINUTES : [...DELAYS_MINUTES, chosen];
    return html`<div class="field">
      <label for="delay">${t("delay")}</label>
      <select id="delay" class="control" @change=${this.#onDelay}>
        <option value="" .selected=${chosen === null}>${t("delayAuto")}</option>
        ${offered.map((n) => html`<option value=${n} .selected=${n === chosen}>${said(n)}</option>`)}
      </select>
    </div>`;
  }

  /** @param {Event} event */
  #onDelay(event) {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    change(this, { email_delay_minutes: value === "" ? null : Number(value) });
  }
}

/** @param {number} minutes */
function said(minutes) {
  return minutes % 60 === 0 ? t("hours", { n: minutes / 60 }) : t("minutes", { n: minutes });
}

customElements.define("email-preferences", EmailPreferences);
