import { css, html, nothing } from "lit";

import "#core/components/person-avatar.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { clock, dayLabel } from "#core/time.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../desk/thread/i18n/index.js";

/**
 * @import { Me } from "#core/types.js"
 * @import { Conversation } from "../types.js"
 */

/**
 * The line under the heading of a thread, for the company: who owns the conversation, who else reads it, and what is done
 * most often. Sends `desk-action` {name}: assign, take, snooze, wake, close, reopen.
 *
 * @property {Conversation | null} conversation
 * @property {Me | null} me
 * @property {string} viewers which colleagues have it on screen, in words
 */
export class DeskBar extends TurnElement {
  static properties = { conversation: { attribute: false }, me: { attribute: false }, viewers: {} };

  static styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-2);
        align-items: center;
        min-height: var(--touch);
        padding-inline: var(--space-2) var(--space-4);
        border-block-end: 1px solid var(--line);
        background: var(--surface);
        font-size: var(--text-s);

        --avatar-size: 1.5rem;
      }

      .owner {
        display: inline-flex;
        gap: var(--space-2);
        align-items: center;
        min-width: 0;
        min-height: var(--touch);
        padding-inline: var(--space-2);
        border: 0;
        border-radius: var(--radius-m);
        background: transparent;
        color: var(--ink);
        font-weight: 600;
      }

      .owner:hover,
      .act:hover {
        background: var(--surface-hover);
      }

      .owner span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .owner .icon {
        width: 1rem;
        height: 1rem;
        color: var(--ink-soft);
      }

      .is-nobody {
        color: var(--accent);
      }

      .room {
        flex: 1 1 0;
      }

      .act {
        display: inline-flex;
        gap: var(--space-1);
        align-items: center;
        min-height: var(--touch);
        padding-inline: var(--space-2);
        border: 0;
        border-radius: var(--radius-m);
        background: transparent;
        color: var(--brand-text);
        font-weight: 600;
        white-space: nowrap;
      }

      .act .icon {
        width: 1.125rem;
        height: 1.125rem;
      }

      .paused {
        color: var(--ink-soft);
      }

      .viewers {
        display: inline-flex;
        gap: var(--space-1);
        align-items: center;
        color: var(--accent);
        font-weight: 600;
      }

      .viewers::before {
        width: 0.5rem;
        height: 0.5rem;
        border-radius: var(--radius-full);
        background: currentcolor;
        content: "";
      }

      .viewers:empty {
        display: none;
      }

      @media (max-width: 47.99rem) {
        .short span {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }

        .paused,
        .viewers {
          flex-basis: 100%;
          order: 1;
          padding: 0 var(--space-2) var(--space-2);
        }
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Conversation | null} */
    this.conversation = null;
    /** @type {Me | null} */
    this.me = null;
    this.viewers = "";
  }

  /** @override */
  render() {
    const { conversation, me } = this;
    if (!conversation || !me) return nothing;
    const { assigned_to: owner, snoozed_until, status } = conversation;
    const isClosed = status === "closed";
    return html`${this.#owner(owner, me)}
      <span class="viewers" role="status">${this.viewers || nothing}</span>
      ${snoozed_until ? this.#paused(new Date(snoozed_until)) : nothing}
      <span class="room"></span>
      ${owner?.id === me.id || isClosed ? nothing : this.#act("take", icons.person)}
      ${isClosed ? nothing : this.#act(snoozed_until ? "wake" : "snooze", snoozed_until ? icons.again : icons.clock, !snoozed_until)}
      ${this.#act(isClosed ? "reopen" : "close", isClosed ? icons.again : icons.check, !isClosed)}`;
  }

  /** @param {Conversation["assigned_to"]} owner @param {Me} me */
  #owner(owner, me) {
    const name = owner?.id === me.id ? t("ownedByMe") : (owner?.name ?? t("ownedByNobody"));
    return html`<button
      class="owner ${owner ? "" : "is-nobody"}"
      aria-haspopup="dialog"
      aria-label=${owner ? t("ownedBy", { name: owner.name }) : t("ownedByNobody")}
      @click=${() => this.#send("assign")}
    >
      ${owner ? html`<person-avatar name=${owner.name} of=${owner.role}></person-avatar>` : icons.person}<span>${name}</span>${icons.pen}
    </button>`;
  }

  /** @param {Date} until */
  #paused(until) {
    return html`<span class="paused">${t("snoozedUntil", { until: t("lineMoment", { day: dayLabel(until), time: clock(until) }) })}</span>`;
  }

  /** @param {"take" | "snooze" | "wake" | "close" | "reopen"} name @param {unknown} icon @param {boolean} [isShort] an icon alone on a phone */
  #act(name, icon, isShort = false) {
    return html`<button class="act ${isShort ? "short" : ""}" title=${t(name)} @click=${() => this.#send(name)}>${icon}<span>${t(name)}</span></button>`;
  }

  /** @param {string} name */
  #send(name) {
    this.dispatchEvent(new CustomEvent("desk-action", { detail: { name }, bubbles: true, composed: true }));
  }
}

customElements.define("desk-bar", DeskBar);
