import { LitElement, css, html, nothing } from "lit";

import { shared } from "#core/shared-styles.js";

import { desk } from "../desk/tools/i18n/index.js";

/**
 * @typedef {{ id: string, group: string, label: string, detail?: string, icon?: unknown, run: () => unknown }} Choice
 * @typedef {{ label: string, hint: string, choices: (q: string) => Choice[] }} Offer
 */

/** A list to choose from by typing: of conversations, folders and actions, or of people. */
export class CommandPalette extends LitElement {
  static properties = { offer: { state: true }, q: { state: true }, at: { state: true } };

  static styles = [
    shared,
    css`
      dialog {
        width: min(36rem, calc(100vw - 2rem));
        padding: 0;
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
        margin-block-start: min(12vh, 6rem);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-high);
      }

      dialog::backdrop {
        background: rgb(16 22 30 / 45%);
      }

      input {
        width: 100%;
        min-height: 3.25rem;
        padding-inline: var(--space-4);
        border: 0;
        border-block-end: 1px solid var(--line);
        background: transparent;
        font-size: var(--text-l);
        outline: none;
      }

      ul {
        overflow-y: auto;
        max-height: min(24rem, 60vh);
        padding: var(--space-2);
      }

      .group {
        padding: var(--space-2) var(--space-3) var(--space-1);
        color: var(--ink-soft);
        font-size: var(--text-xs);
        font-weight: 650;
      }

      [role="option"] {
        display: flex;
        gap: var(--space-3);
        align-items: center;
        min-height: 2.5rem;
        padding: var(--space-1) var(--space-3);
        border-radius: var(--radius-m);
        cursor: pointer;
      }

      [aria-selected="true"] {
        background: var(--surface-selected);
      }

      .label {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      small {
        overflow: hidden;
        flex: 1;
        min-width: 6rem;
        color: var(--ink-soft);
        font-size: var(--text-s);
        text-align: end;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .icon {
        width: 1.125rem;
        height: 1.125rem;
        color: var(--ink-soft);
      }

      .nothing {
        padding: var(--space-4);
        color: var(--ink-soft);
      }

      @media (forced-colors: active) {
        [aria-selected="true"] {
          outline: 2px solid;
        }
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Offer | null} */
    this.offer = null;
    this.q = "";
    this.at = 0;
  }

  /** @param {Offer} offer */
  async open(offer) {
    Object.assign(this, { offer, q: "", at: 0 });
    await this.updateComplete;
    if (!this.#dialog?.open) this.#dialog?.showModal();
  }

  /** @override */
  render() {
    const choices = this.#choices;
    const active = choices[this.at];
    return html`<dialog aria-label=${this.offer?.label ?? ""} @click=${this.#onClick}>
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls="choices"
        aria-activedescendant=${active ? `choice-${this.at}` : nothing}
        aria-label=${this.offer?.hint ?? ""}
        placeholder=${this.offer?.hint ?? ""}
        autocomplete="off"
        autofocus
        .value=${this.q}
        @input=${this.#onInput}
        @keydown=${this.#onKey}
      />
      <ul id="choices" role="listbox" aria-label=${this.offer?.label ?? ""}>
        ${choices.map((choice, index) => this.#choice(choice, index, choices[index - 1]?.group))}
      </ul>
      ${choices.length === 0 ? html`<p class="nothing" role="status">${desk("paletteNothing")}</p>` : nothing}
    </dialog>`;
  }

  /** @param {Choice} choice @param {number} index @param {string | undefined} groupBefore */
  #choice({ group, label, detail, icon }, index, groupBefore) {
    return html`${group === groupBefore || !group ? nothing : html`<li class="group" role="presentation">${group}</li>`}
      <li id="choice-${index}" role="option" aria-selected=${index === this.at} @click=${() => this.#run(index)}>
        ${icon ?? nothing}<span class="label">${label}</span>${detail ? html`<small>${detail}</small>` : nothing}
      </li>`;
  }

  /** @override @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("at")) this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }

  get #choices() {
    return this.offer?.choices(this.q.trim()) ?? [];
  }

  /** @param {Event} event */
  #onInput({ target }) {
    this.q = /** @type {HTMLInputElement} */ (target).value;
    this.at = 0;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const n = this.#choices.length;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") this.#run(this.at);
    else if (event.key === "ArrowDown" && n > 0) this.at = (this.at + 1) % n;
    else if (event.key === "ArrowUp" && n > 0) this.at = (this.at + n - 1) % n;
    else return;
    event.preventDefault();
  }

  /** @param {number} index */
  #run(index) {
    const choice = this.#choices[index];
    if (!choice) return;
    this.#dialog?.close();
    choice.run();
  }

  /** @param {MouseEvent} event */
  #onClick({ target, currentTarget }) {
    if (target === currentTarget) this.#dialog?.close();
  }

  get #dialog() {
    return this.renderRoot.querySelector("dialog");
  }
}

customElements.define("command-palette", CommandPalette);
