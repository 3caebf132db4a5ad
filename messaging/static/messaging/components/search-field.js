import { css, html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";

// Wait until a word is typed instead of searching at each letter.
const SEARCH_PAUSE_MS = 250;

/**
 * A field for words to look for. Sends `search` {q} when the person pauses, and at once on Enter. With `options`, it has a
 * button that sends `search-open`, to search by filters alone, and `search-close` while a search is on.
 *
 * @property {string} q
 * @property {string} hint what can be found
 * @property {string} name of the landmark, where a page has two searches
 * @property {boolean} options
 * @property {boolean} on a search is on
 */
export class SearchField extends TurnElement {
  static properties = { q: {}, hint: {}, name: {}, options: { type: Boolean, reflect: true }, on: { type: Boolean } };

  static shadowRootOptions = { ...TurnElement.shadowRootOptions, delegatesFocus: true };

  static styles = [
    shared,
    css`
      :host {
        display: block;
      }

      div {
        position: relative;
      }

      .icon {
        position: absolute;
        inset-block: 0;
        inset-inline-start: var(--space-3);
        height: 100%;
        color: var(--ink-soft);
        pointer-events: none;
      }

      .control {
        padding-inline-start: 2.6rem;
        border-color: var(--line-strong);
        border-radius: var(--radius-full);
        background: var(--surface-sunken);
      }

      .icon-button {
        position: absolute;
        inset-block: 1px;
        inset-inline-end: 1px;
        height: auto;
        border-radius: var(--radius-full);
      }

      :host([options]) .control {
        padding-inline-end: var(--touch);
      }

      :host([options]) ::-webkit-search-cancel-button {
        display: none;
      }
    `,
  ];

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;

  constructor() {
    super();
    this.q = "";
    this.hint = "";
    this.name = "";
    this.options = false;
    this.on = false;
  }

  /** What is in the field now. */
  get text() {
    return this.renderRoot.querySelector("input")?.value.trim() ?? "";
  }

  /** @override */
  disconnectedCallback() {
    clearTimeout(this.#pause);
    super.disconnectedCallback();
  }

  /** @override */
  render() {
    return html`<div role="search" aria-label=${this.name || nothing}>
      ${icons.search}
      <input
        class="control"
        type="search"
        enterkeyhint="search"
        autocomplete="off"
        aria-label=${t("search")}
        placeholder=${this.hint}
        .value=${this.q}
        @input=${this.#onInput}
        @keydown=${this.#onKey}
      />
      ${this.options ? this.#button() : nothing}
    </div>`;
  }

  #button() {
    const label = t(this.on ? "searchClose" : "searchOptions");
    return html`<button class="icon-button" aria-label=${label} title=${label} @click=${this.#openOrClose}>
      ${this.on ? icons.close : icons.sliders}
    </button>`;
  }

  #openOrClose() {
    this.cancel();
    this.dispatchEvent(new CustomEvent(this.on ? "search-close" : "search-open", { bubbles: true, composed: true }));
  }

  #onInput() {
    this.cancel();
    this.#pause = setTimeout(() => this.#send(), SEARCH_PAUSE_MS);
  }

  /** Forget the pause: the owner sends what is in the field. */
  cancel() {
    clearTimeout(this.#pause);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "Escape" && this.on) {
      event.preventDefault();
      this.#openOrClose();
    }
    if (event.key !== "Enter" || event.isComposing) return;
    this.cancel();
    this.#send();
  }

  #send() {
    this.dispatchEvent(new CustomEvent("search", { detail: { q: this.text }, bubbles: true, composed: true }));
  }
}

customElements.define("search-field", SearchField);
