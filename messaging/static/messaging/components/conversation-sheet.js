import { LitElement, css, html, nothing } from "lit";

import "#core/components/person-avatar.js";
import { shared } from "#core/shared-styles.js";
import { exactLabel, shortLabel } from "#core/time.js";

import { t } from "../i18n/index.js";

/**
 * @import { Me } from "#core/types.js"
 * @import { Conversation } from "../types.js"
 */

/**
 * The details of a conversation, for the company: client, chantier, participants and actions. Sends
 * `conversation-change` {change} with the fields of a PATCH.
 *
 * @property {Conversation} conversation
 * @property {Me} me
 */
export class ConversationSheet extends LitElement {
  static properties = { conversation: { attribute: false }, me: { attribute: false } };

  static styles = [
    shared,
    css`
      :host {
        display: block;
        overflow-y: auto;
        padding: var(--space-5) var(--space-4);
        background: var(--surface);
      }

      .who {
        display: flex;
        gap: var(--space-3);
        align-items: center;
        margin-block-end: var(--space-5);

        --avatar-size: 3rem;
      }

      h3 {
        font-size: var(--text-l);
        letter-spacing: -0.01em;
        line-height: var(--leading-tight);
      }

      .kind {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      dl {
        display: grid;
        gap: var(--space-4);
      }

      dt {
        margin-block-end: var(--space-1);
        color: var(--ink-soft);
        font-size: var(--text-xs);
        font-weight: 650;
        letter-spacing: 0.03em;
        text-transform: uppercase;
      }

      .chantier {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-2);
        align-items: baseline;
      }

      .people {
        display: grid;
        gap: var(--space-2);

        --avatar-size: 1.75rem;
      }

      .people li {
        display: flex;
        gap: var(--space-2);
        align-items: center;
      }

      .people small {
        margin-inline-start: auto;
        color: var(--ink-soft);
        font-size: var(--text-xs);
      }

      .awaiting {
        padding: var(--space-2) var(--space-3);
        margin-block-end: var(--space-5);
        border-inline-start: 3px solid var(--accent-line);
        background: var(--surface-sunken);
        font-size: var(--text-s);
      }

      .buttons {
        display: grid;
        gap: var(--space-2);
        margin-block-start: var(--space-5);
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Conversation | null} */
    this.conversation = null;
    /** @type {Me | null} */
    this.me = null;
  }

  /** @override */
  render() {
    if (!this.conversation) return nothing;
    const { client, chantier, assigned_to, participants, awaiting_reply_since } = this.conversation;
    return html`
      <div class="who">
        <person-avatar name=${client.name} of="client"></person-avatar>
        <div>
          <h3>${client.name}</h3>
          <p class="kind">${t("client")}</p>
        </div>
      </div>
      ${awaiting_reply_since ? this.#awaiting(new Date(awaiting_reply_since)) : nothing}
      <dl>
        <div>
          <dt>${t("chantier")}</dt>
          <dd class="chantier">
            ${chantier?.name ?? t("freeSubject")} ${chantier?.reference ? html`<span class="plate">${chantier.reference}</span>` : nothing}
          </dd>
        </div>
        <div>
          <dt>${t("assignee")}</dt>
          <dd>${assigned_to?.name ?? t("nobody")}</dd>
        </div>
        <div>
          <dt>${t("participants")}</dt>
          <dd>
            <ul class="people">
              ${participants.map(
                ({ name, role }) => html`<li>
                  <person-avatar name=${name} of=${role}></person-avatar>${name}
                  <small>${t(role === "client" ? "ofClient" : "ofCompany")}</small>
                </li>`,
              )}
            </ul>
          </dd>
        </div>
      </dl>
      ${this.#buttons(this.conversation)}
    `;
  }

  /** @param {Date} since */
  #awaiting(since) {
    return html`<p class="awaiting" title=${exactLabel(since)}>${t("awaitingSince", { since: shortLabel(since) })}</p>`;
  }

  /** @param {Conversation} conversation */
  #buttons({ status, assigned_to }) {
    const isMine = assigned_to?.id === this.me?.id;
    const isClosed = status === "closed";
    return html`<div class="buttons">
      <button class="button" @click=${() => this.#change({ assigned_to: isMine ? null : this.me?.id })}>
        ${t(isMine ? "unassign" : "assignToMe")}
      </button>
      <button class="button" @click=${() => this.#change({ status: isClosed ? "open" : "closed" })}>
        ${t(isClosed ? "reopen" : "close")}
      </button>
    </div>`;
  }

  /** @param {object} change */
  #change(change) {
    this.dispatchEvent(new CustomEvent("conversation-change", { detail: { change }, bubbles: true, composed: true }));
  }
}

customElements.define("conversation-sheet", ConversationSheet);
