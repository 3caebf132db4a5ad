import { css, html } from "lit";

import { access } from "../session.js";
import { TurnElement } from "../turn-element.js";

/**
 * The photo of a person or else the initials: round for a client, square for the company. The name is written beside it,
 * so screen readers skip it.
 *
 * @property {string} name the person's name
 * @property {"client" | "staff" | "manager"} of the person's role
 * @property {string | null} photo the path of the photo on the server
 */
export class PersonAvatar extends TurnElement {
  static properties = { name: {}, of: { reflect: true }, photo: {}, isBroken: { state: true } };

  static styles = css`
    :host {
      display: inline-grid;
      flex: none;
      place-items: center;
      width: var(--avatar-size, 2rem);
      height: var(--avatar-size, 2rem);
      border-radius: var(--radius-full);
      background: var(--brand-tint);
      color: var(--brand-text);
      font-size: calc(var(--avatar-size, 2rem) * 0.38);
      font-weight: 650;
      letter-spacing: 0.01em;
      line-height: 1;
      user-select: none;
    }

    :host([of="staff"]),
    :host([of="manager"]) {
      border-radius: calc(var(--avatar-size, 2rem) * 0.22);
      background: var(--brand);
      color: var(--on-brand);
    }

    img {
      width: 100%;
      height: 100%;
      border-radius: inherit;
      object-fit: cover;
    }
  `;

  constructor() {
    super();
    this.name = "";
    this.of = "client";
    /** @type {string | null} */
    this.photo = null;
    this.isBroken = false;
  }

  /** @override @param {import("lit").PropertyValues<this>} changed */
  willUpdate(changed) {
    if (changed.has("photo")) this.isBroken = false;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.setAttribute("aria-hidden", "true");
  }

  /** @override */
  render() {
    if (!this.photo || this.isBroken) return html`${initials(this.name)}`;
    return html`<img src=${access.origin + this.photo} alt="" @error=${() => (this.isBroken = true)} />`;
  }
}

/** Odile Perrin gives OP, Famille Morel gives FM, Odile gives O. @param {string} name */
export function initials(name) {
  const words = name.split(/[\s'’-]+/).filter((word) => /\p{L}/u.test(word));
  const chosen = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return chosen.map((word) => [.../** @type {string} */ (word)][0]?.toLocaleUpperCase() ?? "").join("");
}

customElements.define("person-avatar", PersonAvatar);
