import { LitElement, css, html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { locale } from "#core/i18n/index.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/preferences/index.js";
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
 * The choice of emails and their delay, and a warning if the address refuses emails. Sends `preferences-change`, and
 * `emails-again` when the person has checked the address.
 *
 * @property {Preferences | null} preferences
 */
export class EmailPreferences extends LitElement {
  static properties = { preferences: { attribute: false } };

  static styles = [
    shared,
    sectionStyles,
    css`
      .refused {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-3);
        border-radius: var(--radius-m);
        background: var(--danger-tint);
        overflow-wrap: anywhere;
      }

      .refused strong {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        color: var(--danger);
      }

      .refused button {
        justify-self: start;
        min-height: var(--touch);
        padding-inline: var(--space-4);
        border: 1px solid currentcolor;
        border-radius: var(--radius-m);
        background: var(--surface);
        color: var(--danger);
        font-weight: 600;
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
    return html`${this.#refused()}
      <fieldset>
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

  #refused() {
    const refused = this.preferences?.email_refused;
    if (!refused) return nothing;
    const date = new Date(refused.created_at).toLocaleDateString(locale(), { dateStyle: "long" });
    return html`<section class="refused" role="status">
      <strong>${icons.warning}<span>${t("addressRefused", { address: refused.address })}</span></strong>
      <p>${t("addressRefusedSince", { date })} ${t("addressCheck")}</p>
      ${refused.reason ? html`<p class="hint">${t("mailServerSaid", { reason: refused.reason })}</p>` : nothing}
      <button @click=${this.#again}>${t("addressWorks")}</button>
    </section>`;
  }

  #again() {
    this.dispatchEvent(new CustomEvent("emails-again", { bubbles: true, composed: true }));
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
