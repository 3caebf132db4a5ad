import { LitElement, css, html, nothing } from "lit";

import { questionStyles } from "#core/components/question-styles.js";
import { shared } from "#core/shared-styles.js";

import { momentToCome, tomorrowWritten, writtenIn } from "../state/snooze-times.js";
import { t } from "../writing/i18n/index.js";

/**
 * Asks until when a conversation is put off with a message.
 *
 * @property {string} zone the time zone of the company
 * @fires {CustomEvent<{ until: string }>} pause-choose - a moment to come, in UTC
 */
export class PauseDialog extends LitElement {
  static properties = { zone: {}, isPast: { state: true } };

  static styles = [
    shared,
    questionStyles,
    css`
      dialog {
        width: min(24rem, calc(100vw - 2 * var(--space-4)));
      }
    `,
  ];

  constructor() {
    super();
    this.zone = "";
    this.isPast = false;
  }

  async open() {
    await this.updateComplete;
    this.isPast = false;
    const field = this.#field;
    field.min = writtenIn(new Date(), this.zone);
    field.value = tomorrowWritten(this.zone);
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  /** @override */
  render() {
    return html`<dialog aria-labelledby="title" @click=${this.#onClick}>
      <form method="dialog" @submit=${this.#onSubmit}>
        <h2 id="title">${t("untilTitle")}</h2>
        <div class="field">
          <label for="until">${t("untilField")}</label>
          <input class="control" id="until" type="datetime-local" required autofocus aria-describedby=${this.isPast ? "past" : nothing} />
          ${this.isPast ? html`<p class="error" id="past" role="alert">${t("untilPast")}</p>` : nothing}
        </div>
        <div class="buttons">
          <button class="button" value="cancel" formnovalidate>${t("cancel")}</button>
          <button class="button primary" value="send">${t("untilSend")}</button>
        </div>
      </form>
    </dialog>`;
  }

  /** @param {SubmitEvent} event */
  #onSubmit(event) {
    if (/** @type {HTMLButtonElement | null} */ (event.submitter)?.value !== "send") return;
    const until = momentToCome(this.#field.value, this.zone);
    this.isPast = !until;
    if (!until) event.preventDefault();
    else this.dispatchEvent(new CustomEvent("pause-choose", { detail: { until: until.toISOString() } }));
  }

  /** A click outside closes it. @param {MouseEvent} event */
  #onClick({ target, currentTarget }) {
    if (target === currentTarget) /** @type {HTMLDialogElement} */ (currentTarget).close();
  }

  get #field() {
    return /** @type {HTMLInputElement} */ (this.renderRoot.querySelector("input"));
  }
}

customElements.define("pause-dialog", PauseDialog);
