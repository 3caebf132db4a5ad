import { LitElement, html, nothing } from "lit";

import "#core/components/person-avatar.js";
import { locale } from "#core/i18n/index.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import { SHOWN_CHOICES, choicesFound, inOrder } from "../state/choices-found.js";
import { pickerStyles } from "./search-picker-styles.js";

/** @import { Choice } from "../state/choices-found.js" */

// Ask the server when a word is typed instead of at each letter.
const FIND_PAUSE_MS = 200;

/**
 * A field that finds one of many (a person, a chantier, a conversation) as one types: a combobox with a listbox. Accents
 * and capitals do not matter. Arrows, Home and End move, Enter chooses, Escape closes the list and undoes what was typed.
 * Sends `pick` {id, choice}; with `optional` also for an emptied field, with an empty id.
 *
 * @property {Choice[]} choices to choose from, shown in the order of a dictionary
 * @property {((q: string) => Promise<Choice[]>) | null} find asks the server instead; its order is kept
 * @property {string} value the id of the chosen one
 * @property {string} label the name of the field
 * @property {string} hint what can be typed
 * @property {string} error why the choice was refused
 * @property {boolean} optional the field may be emptied
 * @property {boolean} ordered the order of `choices` is kept
 * @property {boolean} inline the list always stands below the field, as a dialog needs it
 */
export class SearchPicker extends LitElement {
  static properties = {
    choices: { attribute: false },
    find: { attribute: false },
    value: {},
    label: {},
    hint: {},
    error: {},
    optional: { type: Boolean },
    ordered: { type: Boolean },
    inline: { type: Boolean, reflect: true },
    isOpen: { state: true },
    typed: { state: true },
    active: { state: true },
    answer: { state: true },
  };

  static shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  static styles = [shared, pickerStyles];

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;
  /** The newest question to the server: an older answer that comes later is dropped. */
  #asked = 0;
  /** What the server has answered for; null while it is asked. @type {string | null} */
  #answered = null;
  /** Enter was pressed for a row that is not there yet. */
  #isEntered = false;
  /** The chosen one, of a list that may not hold it any more. @type {Choice | null} */
  #chosen = null;

  constructor() {
    super();
    /** @type {Choice[]} */
    this.choices = [];
    /** @type {((q: string) => Promise<Choice[]>) | null} */
    this.find = null;
    this.value = "";
    this.label = "";
    this.hint = "";
    this.error = "";
    this.optional = false;
    this.ordered = false;
    this.inline = false;
    this.isOpen = false;
    /** What is typed; null while nothing was typed since the list opened. @type {string | null} */
    this.typed = null;
    /** The place of the row that Enter chooses, or -1. */
    this.active = -1;
    /** What the server found: null while it is asked, "failed" when it did not answer. @type {Choice[] | "failed" | null} */
    this.answer = null;
  }

  /** @override */
  disconnectedCallback() {
    clearTimeout(this.#pause);
    super.disconnectedCallback();
  }

  /** @override */
  firstUpdated() {
    if (this.inline) void this.#ask("");
  }

  /** @override */
  updated() {
    this.#pickEntered();
  }

  /** Empty what is typed, and put the focus into the field. */
  reset() {
    this.#end();
    if (this.inline) void this.#ask("");
    this.#input?.focus();
  }

  get #input() {
    return this.renderRoot.querySelector("input");
  }

  get #isShown() {
    return this.isOpen || this.inline;
  }

  /** @returns {Choice | null} */
  get #current() {
    if (this.#chosen?.id === this.value) return this.#chosen;
    return this.choices.find(({ id }) => id === this.value) ?? null;
  }

  /** @returns {Choice[]} */
  get #found() {
    if (this.find) return Array.isArray(this.answer) ? this.answer : [];
    return choicesFound(this.ordered ? this.choices : inOrder(this.choices, locale()), this.typed ?? "");
  }

  /** @override */
  render() {
    const found = this.#isShown ? this.#found : [];
    const shown = found.slice(0, SHOWN_CHOICES);
    const active = this.#isShown && shown[this.active] ? `option-${this.active}` : nothing;
    return html`<div class="field">
        ${this.label ? html`<label for="input">${this.label}</label>` : nothing}
        <input
          id="input"
          class="control"
          role="combobox"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          enterkeyhint="done"
          aria-expanded=${this.#isShown}
          aria-controls="list"
          aria-autocomplete="list"
          aria-activedescendant=${active}
          aria-invalid=${this.error ? "true" : nothing}
          aria-describedby=${this.error ? "error" : nothing}
          placeholder=${this.hint}
          .value=${this.typed ?? this.#current?.label ?? ""}
          @focus=${this.#onFocus}
          @click=${this.#open}
          @input=${this.#onInput}
          @keydown=${this.#onKey}
          @blur=${this.#onBlur}
        />
        <div class="list" ?hidden=${!this.#isShown} @pointerdown=${keepFocus}>
          <div id="list" role="listbox" aria-label=${this.label || this.hint}>${shown.map((choice, index) => this.#option(choice, index))}</div>
          <p class="says" role="status">${this.#isShown ? this.#says(found.length) : nothing}</p>
        </div>
      </div>
      ${this.error ? html`<p class="error" id="error">${this.error}</p>` : nothing}`;
  }

  /** @param {Choice} choice @param {number} index */
  #option(choice, index) {
    const { id, label, detail, of } = choice;
    const isChosen = id === this.value;
    return html`<div
      role="option"
      id="option-${index}"
      class=${index === this.active ? "is-active" : ""}
      aria-selected=${isChosen}
      @click=${() => this.#pick(choice)}
    >
      ${of ? html`<person-avatar name=${label} of=${of}></person-avatar>` : nothing}
      <span class="text"><b>${label}</b>${detail ? html`<small>${detail}</small>` : nothing}</span>
      ${isChosen ? icons.sent : nothing}
    </div>`;
  }

  /** @param {number} count */
  #says(count) {
    if (this.find && this.answer === "failed") return t("searchFailed");
    if (this.find && this.answer === null) return t("searching");
    if (count === 0) return t("pickNothing");
    return count > SHOWN_CHOICES ? t("pickMore", { n: count - SHOWN_CHOICES }) : nothing;
  }

  #onFocus() {
    this.#input?.select();
    this.#open();
  }

  #open() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.active = -1;
    if (!this.inline) void this.#ask("");
  }

  #onInput() {
    const q = this.#input?.value ?? "";
    this.isOpen = true;
    this.#isEntered = false;
    this.typed = q;
    this.active = plainly(q) ? 0 : -1;
    clearTimeout(this.#pause);
    if (this.find) this.#pause = setTimeout(() => void this.#ask(q), FIND_PAUSE_MS);
  }

  /** @param {string} q */
  async #ask(q) {
    if (!this.find) return;
    const asked = ++this.#asked;
    this.answer = null;
    this.#answered = null;
    const answer = await this.find(q.trim()).catch(() => /** @type {const} */ ("failed"));
    if (asked !== this.#asked) return;
    this.answer = answer;
    this.#answered = q.trim();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.isComposing) return;
    const last = Math.min(this.#found.length, SHOWN_CHOICES) - 1;
    if (event.key === "ArrowDown") this.#move(event, this.#isShown ? Math.min(this.active + 1, last) : 0);
    else if (event.key === "ArrowUp") this.#move(event, Math.max(this.active - 1, 0));
    else if (event.key === "Home" && this.#isShown && this.active >= 0) this.#move(event, 0);
    else if (event.key === "End" && this.#isShown && this.active >= 0) this.#move(event, last);
    else if (event.key === "Enter") this.#onEnter(event);
    else if (event.key === "Escape" && (this.typed !== null || (this.isOpen && !this.inline))) this.#onEscape(event);
  }

  /** @param {KeyboardEvent} event @param {number} to */
  #move(event, to) {
    event.preventDefault();
    this.#open();
    this.#isEntered = false;
    this.active = to;
    void this.updateComplete.then(() => this.renderRoot.querySelector(".is-active")?.scrollIntoView({ block: "nearest" }));
  }

  /** @param {KeyboardEvent} event */
  #onEnter(event) {
    if (!this.#isShown || this.active < 0) return;
    event.preventDefault();
    this.#isEntered = true;
    this.#pickEntered();
  }

  /** Choose what Enter was pressed for, which may have to be loaded first. */
  #pickEntered() {
    const isFound = !this.find || this.#answered === (this.typed ?? "").trim();
    const choice = isFound ? this.#found[this.active] : undefined;
    if (this.#isEntered && choice) this.#pick(choice);
  }

  /** The first Escape is for the list, the next one for the dialog around it. @param {KeyboardEvent} event */
  #onEscape(event) {
    event.preventDefault();
    event.stopPropagation();
    this.#end();
    if (this.inline) void this.#ask("");
  }

  #onBlur() {
    if (this.optional && this.value && this.typed !== null && this.typed.trim() === "") return this.#pick(null);
    this.#end();
  }

  #end() {
    clearTimeout(this.#pause);
    this.#isEntered = false;
    this.isOpen = false;
    this.typed = null;
    this.active = -1;
  }

  /** @param {Choice | null} choice */
  #pick(choice) {
    this.#chosen = choice;
    this.value = choice?.id ?? "";
    this.#end();
    this.dispatchEvent(new CustomEvent("pick", { detail: { id: this.value, choice }, bubbles: true, composed: true }));
  }
}

/** A press in the list leaves the focus in the field, which would close the list. @param {Event} event */
function keepFocus(event) {
  event.preventDefault();
}

/** @param {string} q */
function plainly(q) {
  return q.trim() !== "";
}

customElements.define("search-picker", SearchPicker);
