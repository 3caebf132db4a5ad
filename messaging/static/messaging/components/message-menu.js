import { LitElement, css, html } from "lit";

import { shared } from "#core/shared-styles.js";

/**
 * @typedef {{ name: string, label: string, icon: unknown, isDanger?: boolean }} MenuItem
 * @typedef {{ x: number, y: number }} Point
 */

// Between the menu and what it belongs to, and the edges of the screen.
const MARGIN_PX = 8;

/**
 * A menu above the page: beside a point, or at the bottom of a phone. The arrow keys, Home, End and first letters move
 * the focus. Sends `menu-choose` {name}, and `menu-close` when it is closed.
 *
 * It is a modal dialog: Escape and the back gesture of Android close it, the focus goes back to where it was, and a tap
 * outside only closes it. A popover would close when the finger of a long press is lifted.
 *
 * @property {MenuItem[]} items
 * @property {string} label the name of the menu
 */
export class MessageMenu extends LitElement {
  static properties = { items: { attribute: false }, label: {} };

  static styles = [
    shared,
    css`
      dialog {
        position: fixed;
        inset: auto;
        overflow: auto;
        max-height: calc(100dvh - 2 * var(--space-2));
        min-width: 12rem;
        max-width: calc(100vw - 2 * var(--space-2));
        padding: var(--space-1);
        margin: 0;
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-high);
      }

      [role="menuitem"] {
        display: flex;
        gap: var(--space-3);
        align-items: center;
        width: 100%;
        min-height: 2.5rem;
        padding-inline: var(--space-3);
        border: 0;
        border-radius: var(--radius-s);
        background: transparent;
        font-size: var(--text-m, 1rem);
        text-align: start;
      }

      [role="menuitem"]:hover,
      [role="menuitem"]:focus-visible {
        background: var(--surface-hover);
      }

      [role="menuitem"]:focus-visible {
        outline-offset: -2px;
      }

      .icon {
        color: var(--ink-soft);
      }

      .danger,
      .danger .icon {
        color: var(--danger);
      }

      dialog::backdrop {
        background: transparent;
      }

      /* Under the thumb. */
      @media (hover: none) and (max-width: 48rem) {
        dialog {
          inset: auto 0 0 !important;
          width: auto;
          max-width: none;
          padding: var(--space-2) var(--space-2) max(var(--space-3), env(safe-area-inset-bottom));
          border-width: 1px 0 0;
          border-radius: var(--radius-l) var(--radius-l) 0 0;
        }

        dialog::backdrop {
          background: rgb(0 0 0 / 40%);
        }

        [role="menuitem"] {
          min-height: 3.25rem;
        }
      }
    `,
  ];

  constructor() {
    super();
    /** @type {MenuItem[]} */
    this.items = [];
    this.label = "";
  }

  /** Open beside a point of the screen. @param {Point} point */
  async open(point) {
    await this.updateComplete;
    const menu = this.#menu;
    if (!menu || menu.open) return;
    menu.showModal();
    this.#place(menu, point);
    this.#buttons[0]?.focus();
  }

  close() {
    this.#menu?.close();
  }

  /** @override */
  render() {
    return html`<dialog aria-label=${this.label} @keydown=${this.#onKey} @click=${this.#onClick} @close=${() => this.#send("menu-close", {})}>
      <div role="menu" aria-label=${this.label}>
        ${this.items.map(
          ({ name, label, icon, isDanger = false }, index) => html`<button
            role="menuitem"
            tabindex=${index === 0 ? 0 : -1}
            class=${isDanger ? "danger" : ""}
            @click=${() => this.#choose(name)}
          >
            ${icon}${label}
          </button>`,
        )}
      </div>
    </dialog>`;
  }

  /** @param {string} name */
  #choose(name) {
    this.close();
    this.#send("menu-choose", { name });
  }

  /** Keep the menu inside the screen. @param {HTMLElement} menu @param {Point} point */
  #place(menu, { x, y }) {
    const { offsetWidth, offsetHeight } = menu;
    const left = Math.min(x, innerWidth - offsetWidth - MARGIN_PX);
    const top = y + offsetHeight + MARGIN_PX > innerHeight ? y - offsetHeight : y;
    menu.style.left = `${Math.max(MARGIN_PX, left)}px`;
    menu.style.top = `${Math.max(MARGIN_PX, top)}px`;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const buttons = this.#buttons;
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (this.shadowRoot?.activeElement));
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key] ?? this.#startingWith(event.key, at);
    if (event.key === "Tab") event.preventDefault();
    if (next === null) return;
    event.preventDefault();
    buttons.at(next % buttons.length)?.focus();
  }

  /** @param {string} key @param {number} at @returns {number | null} the next item whose label begins with a letter */
  #startingWith(key, at) {
    if (key.length !== 1) return null;
    const count = this.items.length;
    const order = this.items.map((_, index) => (at + 1 + index) % count);
    return order.find((index) => this.items[index]?.label.toLowerCase().startsWith(key.toLowerCase())) ?? null;
  }

  /** Close on a click outside: the backdrop is the dialog itself. @param {MouseEvent} event */
  #onClick({ target, currentTarget }) {
    if (target === currentTarget) this.close();
  }

  get #menu() {
    return this.renderRoot.querySelector("dialog");
  }

  get #buttons() {
    return [.../** @type {NodeListOf<HTMLButtonElement>} */ (this.renderRoot.querySelectorAll("button"))];
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

customElements.define("message-menu", MessageMenu);
