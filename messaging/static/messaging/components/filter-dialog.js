import { LitElement, css, html, nothing } from "lit";

import { questionStyles } from "#core/components/question-styles.js";
import { shared } from "#core/shared-styles.js";

import { desk } from "../desk/tools/i18n/index.js";

/** @import { SavedFilter } from "../list-api.js" */

/**
 * Keeps what the list shows under a name, or changes a filter that is kept.
 *
 * @fires {CustomEvent<{ id: string, name: string, is_shared: boolean }>} filter-save - `id` is empty for a new one
 * @fires {CustomEvent<{ id: string }>} filter-delete - a person deleted it
 */
export class FilterDialog extends LitElement {
  static properties = { filter: { state: true } };

  static styles = [
    shared,
    questionStyles,
    css`
      dialog {
        width: min(24rem, calc(100vw - 2rem));
      }

      .shared {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        min-height: var(--touch);
      }

      .delete {
        margin-inline-end: auto;
        color: var(--danger);
      }
    `,
  ];

  constructor() {
    super();
    /** @type {SavedFilter | null} */
    this.filter = null;
  }

  /** @param {SavedFilter | null} filter null: a new one */
  async open(filter) {
    this.filter = filter;
    await this.updateComplete;
    this.#dialog?.querySelector("form")?.reset();
    this.#dialog?.showModal();
    this.#dialog?.querySelector("input")?.select();
  }

  /** @override */
  render() {
    const { name = "", is_shared = false } = this.filter ?? {};
    return html`<dialog aria-labelledby="title" @click=${this.#onClick}>
      <form method="dialog" @submit=${this.#save}>
        <h2 id="title">${this.filter ? name : desk("saveFilter")}</h2>
        <div class="field">
          <label for="name">${desk("filterName")}</label>
          <input id="name" class="control" name="name" required maxlength="60" autocomplete="off" value=${name} autofocus />
        </div>
        <label class="shared"><input type="checkbox" name="shared" ?checked=${is_shared} /> ${desk("filterShared")}</label>
        <div class="buttons">
          ${this.filter ? html`<button type="button" class="button delete" @click=${this.#delete}>${desk("filterDelete")}</button>` : nothing}
          <button type="button" class="button" @click=${() => this.#dialog?.close()}>${desk("cancel")}</button>
          <button class="button primary">${desk("save")}</button>
        </div>
      </form>
    </dialog>`;
  }

  /** @param {SubmitEvent} event */
  #save({ target }) {
    const given = new FormData(/** @type {HTMLFormElement} */ (target));
    const name = String(given.get("name")).trim();
    if (name) this.#send("filter-save", { name, is_shared: given.has("shared") });
  }

  #delete() {
    this.#send("filter-delete");
    this.#dialog?.close();
  }

  /** A click outside changes nothing. @param {MouseEvent} event */
  #onClick({ target, currentTarget }) {
    if (target === currentTarget) this.#dialog?.close();
  }

  /** @param {string} type @param {object} [detail] */
  #send(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail: { id: this.filter?.id ?? "", ...detail }, bubbles: true, composed: true }));
  }

  get #dialog() {
    return this.renderRoot.querySelector("dialog");
  }
}

customElements.define("filter-dialog", FilterDialog);
