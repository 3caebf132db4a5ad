import { css, html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { clock, dayLabel } from "#core/time.js";

import { t } from "../desk/thread/i18n/index.js";
import { momentToCome, snoozeTimes, tomorrowWritten, writtenIn } from "../state/snooze-times.js";
import { DeskDialog } from "./desk-dialog.js";

/**
 * A dialog that asks until when a conversation is put off. Hours are those of the company. Sends `chosen` {until}.
 *
 * @property {string} zone the time zone of the company
 */
export class SnoozeDialog extends DeskDialog {
  static properties = { ...DeskDialog.properties, zone: {}, isOther: { state: true }, said: { state: true } };

  static styles = [
    ...DeskDialog.styles,
    css`
      .times {
        display: grid;
        gap: var(--space-2);
      }

      .times .button {
        justify-content: space-between;
        font-weight: 600;
      }

      .times small {
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 400;
      }
    `,
  ];

  constructor() {
    super();
    this.zone = "Europe/Paris";
    this.isOther = false;
    this.said = "";
  }

  /** @override */
  get heading() {
    return t("snoozeTitle");
  }

  /** @override */
  content() {
    return html`<p class="hint">${t("snoozeText")} ${this.#isElsewhere ? t("timeHere", { zone: this.zone }) : nothing}</p>
      <div class="times">
        ${snoozeTimes(this.zone).map(
          ({ name, at }, index) => html`<button type="button" class="button" ?autofocus=${index === 0} ?disabled=${this.busy} @click=${() => this.#choose(at)}>
            ${t(name)}<small>${this.#label(at)}</small>
          </button>`,
        )}
        ${this.isOther
          ? nothing
          : html`<button type="button" class="button" @click=${this.#showOther}>${t("otherTime")}${icons.next}</button>`}
      </div>
      ${this.isOther ? this.#other() : nothing}`;
  }

  #other() {
    return html`<div class="field">
      <label for="until">${t("otherTime")}</label>
      <input id="until" class="control" type="datetime-local" min=${writtenIn(new Date(), this.zone)} .defaultValue=${tomorrowWritten(this.zone)} />
      ${this.said ? html`<p class="error" role="alert">${this.said}</p>` : nothing}
    </div>`;
  }

  /** @override */
  buttons() {
    return this.isOther ? this.choice(t("snooze")) : nothing;
  }

  async #showOther() {
    this.isOther = true;
    await this.updateComplete;
    this.renderRoot.querySelector("input")?.focus();
  }

  /** @override */
  submit() {
    const until = momentToCome(this.renderRoot.querySelector("input")?.value ?? "", this.zone);
    this.said = until ? "" : t("needTime");
    if (until) this.#choose(until);
  }

  /** The device shows its own hours: those of the company are written apart. */
  get #isElsewhere() {
    return writtenIn(new Date(), this.zone) !== writtenIn(new Date(), Intl.DateTimeFormat().resolvedOptions().timeZone);
  }

  /** @param {Date} at */
  #label(at) {
    return t("lineMoment", { day: dayLabel(at), time: clock(at) });
  }

  /** @param {Date} until */
  #choose(until) {
    this.dispatchEvent(new CustomEvent("chosen", { detail: { until: until.toISOString() } }));
  }
}

customElements.define("snooze-dialog", SnoozeDialog);
