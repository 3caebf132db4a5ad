import { html, nothing } from "lit";

import { t } from "../desk/thread/i18n/index.js";
import { DeskDialog } from "./desk-dialog.js";
import "./search-picker.js";

/** @import { Choice } from "../state/choices-found.js" */

/**
 * A dialog in which one of many is chosen: a colleague, a chantier, a conversation. Sends `chosen` {id}; with `question`
 * once the person has confirmed it. Sends `shortcut-chosen` for the button above the field.
 *
 * @property {string} caption
 * @property {string} text what choosing does
 * @property {string} hint what can be typed
 * @property {Choice[] | null} choices null while they are loaded
 * @property {string} none what is said when there is nothing to choose
 * @property {string} value the id of the present one
 * @property {string} shortcut the words of a button above the field
 * @property {((choice: Choice) => string) | null} question what is asked about a choice that cannot be undone
 * @property {string} action the words of the button that confirms
 */
export class ChoiceDialog extends DeskDialog {
  static properties = {
    ...DeskDialog.properties,
    caption: {},
    text: {},
    hint: {},
    choices: { attribute: false },
    none: {},
    value: {},
    shortcut: {},
    question: { attribute: false },
    action: {},
    asked: { state: true },
  };

  constructor() {
    super();
    this.caption = "";
    this.text = "";
    this.hint = "";
    /** @type {Choice[] | null} */
    this.choices = null;
    this.none = "";
    this.value = "";
    this.shortcut = "";
    /** @type {((choice: Choice) => string) | null} */
    this.question = null;
    this.action = "";
    /** The choice that is asked about. @type {Choice | null} */
    this.asked = null;
  }

  /** @override */
  get heading() {
    return this.caption;
  }

  /** @override */
  content() {
    if (this.asked) return html`<p>${this.question?.(this.asked)}</p>`;
    const { text, shortcut, choices } = this;
    return html`${text ? html`<p class="hint">${text}</p>` : nothing}
    ${shortcut ? html`<button type="button" class="button" ?disabled=${this.busy} @click=${this.#onShortcut}>${shortcut}</button>` : nothing}
    ${choices?.length === 0 ? html`<p>${this.none}</p>` : html`<search-picker
        autofocus
        inline
        ordered
        hint=${choices ? this.hint : t("loading")}
        .choices=${choices ?? []}
        value=${this.value}
        @pick=${this.#onPick}
      ></search-picker>`}`;
  }

  /** @override */
  buttons() {
    return this.asked ? this.choice(this.action) : nothing;
  }

  /** @override */
  submit() {
    if (this.asked) this.#send(this.asked);
  }

  /** @param {CustomEvent} event */
  #onPick({ detail: { choice } }) {
    if (!choice) return;
    if (this.question) this.asked = choice;
    else this.#send(choice);
  }

  #onShortcut() {
    this.dispatchEvent(new CustomEvent("shortcut-chosen"));
  }

  /** @param {Choice} choice */
  #send({ id }) {
    this.dispatchEvent(new CustomEvent("chosen", { detail: { id } }));
  }
}

customElements.define("choice-dialog", ChoiceDialog);
