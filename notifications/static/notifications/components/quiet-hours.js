import { LitElement, css, html, nothing } from "lit";

import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/preferences/index.js";
import { change, sectionStyles } from "./preference-styles.js";

/** @import { Preferences } from "../types.js" */

const EVENING = "20:00";
const MORNING = "07:00";

/**
 * The hours without notifications, the text on a locked screen, and the language. Sends `preferences-change`.
 *
 * @property {Preferences | null} preferences
 */
export class QuietHours extends LitElement {
  static properties = { preferences: { attribute: false } };

  static styles = [
    shared,
    sectionStyles,
    css`
      .ends {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: var(--space-3);
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Preferences | null} */
    this.preferences = null;
  }

  /** @override */
  render() {
    const { preferences } = this;
    if (!preferences) return nothing;
    const isQuiet = preferences.quiet_from !== null;
    return html`<h2>${t("calm")}</h2>
      ${this.#check("quiet", isQuiet, (on) => ({ quiet_from: on ? EVENING : null, quiet_until: on ? MORNING : null }))}
      ${isQuiet
        ? html`<div class="ends">${this.#end("quiet_from", t("quietFrom"))} ${this.#end("quiet_until", t("quietUntil"))}</div>`
        : nothing}
      ${this.#check("discreet", preferences.is_discreet, (on) => ({ is_discreet: on }))}
      <div class="field">
        <label for="locale">${t("language")}</label>
        <select id="locale" class="control" @change=${this.#onLocale}>
          <option value="fr" .selected=${preferences.locale === "fr"}>${t("french")}</option>
          <option value="en" .selected=${preferences.locale === "en"}>${t("english")}</option>
        </select>
      </div>`;
  }

  /**
   * @param {"quiet" | "discreet"} key
   * @param {boolean} isOn
   * @param {(isOn: boolean) => object} changes
   */
  #check(key, isOn, changes) {
    const onChange = (/** @type {Event} */ event) =>
      change(this, changes(/** @type {HTMLInputElement} */ (event.target).checked));
    return html`<label class="choice">
      <input type="checkbox" .checked=${isOn} @change=${onChange} />
      <span>${t(key)}<small>${t(`${key}Hint`)}</small></span>
    </label>`;
  }

  /** @param {"quiet_from" | "quiet_until"} name @param {string} label */
  #end(name, label) {
    const onChange = (/** @type {Event} */ event) => {
      const { value } = /** @type {HTMLInputElement} */ (event.target);
      if (value) change(this, { [name]: value });
    };
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <input id=${name} class="control" type="time" .value=${(this.preferences?.[name] ?? "").slice(0, 5)} @change=${onChange} />
    </div>`;
  }

  /** @param {Event} event */
  #onLocale(event) {
    change(this, { locale: /** @type {HTMLSelectElement} */ (event.target).value });
  }
}

customElements.define("quiet-hours", QuietHours);
