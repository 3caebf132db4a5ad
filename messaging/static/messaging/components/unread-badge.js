import { css, html, nothing } from "lit";

import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";

/**
 * The number of unread messages. It shows nothing for 0.
 *
 * @property {number} count the number
 */
export class UnreadBadge extends TurnElement {
  static properties = { count: { type: Number } };

  static styles = css`
    span {
      display: inline-block;
      min-width: 1.375rem;
      padding: 0 0.4em;
      border-radius: var(--radius-full);
      background: var(--accent);
      color: var(--on-accent);
      font-size: var(--text-xs);
      font-variant-numeric: tabular-nums;
      font-weight: 700;
      line-height: 1.375rem;
      text-align: center;
    }

    @media (forced-colors: active) {
      span {
        border: 1px solid;
      }
    }
  `;

  constructor() {
    super();
    this.count = 0;
  }

  /** @override */
  render() {
    if (this.count < 1) return nothing;
    const label = t("unreadCount", { n: this.count });
    return html`<span role="img" title=${label} aria-label=${label}>${this.count > 99 ? "99+" : this.count}</span>`;
  }
}

customElements.define("unread-badge", UnreadBadge);
