import { css, html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { list } from "#core/numbers.js";
import { shared } from "#core/shared-styles.js";
import { clock, dayKey, dayLabel, exactLabel } from "#core/time.js";
import { TurnElement } from "#core/turn-element.js";

import { Deliveries, STEPS } from "../deliveries.js";
import { t } from "../i18n/index.js";
import * as api from "../notifications-api.js";

/** @import { PersonDelivery } from "../types.js" */

const WORDS = /** @type {const} */ ({
  sent: "stateSent",
  received: "stateReceived",
  emailed: "stateEmailed",
  read: "stateRead",
  undelivered: "stateUndelivered",
});
const ICONS = { sent: icons.sent, received: icons.check, emailed: icons.mail, read: icons.read, undelivered: icons.warning };

/** Why an email was refused, by `cause`. */
const CAUSES = /** @type {const} */ ({
  unknown_address: "causeUnknownAddress",
  unknown_domain: "causeUnknownDomain",
  disabled: "causeDisabled",
  mailbox_full: "causeFull",
  too_large: "causeTooLarge",
  blocked: "causeBlocked",
  expired: "causeExpired",
  complaint: "causeComplaint",
  refused: "causeRefused",
});

// One for the page, because every message asks through it.
const deliveries = new Deliveries();

/**
 * How far a message of the reader's own side has come. One word names the furthest step of the other side (Envoyé,
 * Reçu, Notifié par e-mail, Lu). Somebody who could not be reached is named beside it. A tap lists each person, why, and
 * the button Renvoyer. Nothing of it adds a line before that tap: news that comes late moves no message.
 *
 * @property {string} conversation the id of the conversation
 * @property {string} message the id of the message
 * @property {number} seq the seq of the message
 * @property {"client" | "company"} of the side that wrote the message
 * @property {boolean} read true if the other side has read the message
 * @property {boolean} quiet shows only what went wrong, as a mark above the end of the positioned element around it
 * @property {boolean} undelivered set by the element: somebody could not be reached
 */
export class DeliveryStateElement extends TurnElement {
  static properties = {
    conversation: {},
    message: {},
    seq: { type: Number },
    of: {},
    read: { type: Boolean },
    quiet: { type: Boolean },
    undelivered: { type: Boolean, reflect: true },
    people: { state: true },
    isOpen: { state: true },
    busy: { state: true },
    error: { state: true },
  };

  static styles = [
    shared,
    css`
      /* The content flows with the time and the marks beside it. The list has its own line. */
      :host {
        display: contents;
      }

      button {
        position: relative;
        padding: 0;
        border: 0;
        background: transparent;
        color: inherit;
        font-weight: inherit;
      }

      /* Large enough for a fingertip. */
      button::after {
        position: absolute;
        inset: -0.5rem -0.25rem;
        content: "";
      }

      .step,
      .alarm {
        display: inline-flex;
        gap: var(--space-1);
        align-items: center;
        border-radius: var(--radius-s);
      }

      .step:hover,
      .alarm:hover {
        text-decoration: underline;
        text-underline-offset: 0.2em;
      }

      .step.is-read {
        color: var(--brand-text);
      }

      /* What went wrong takes the room that is left in the line, so that no line is added. */
      .alarm {
        flex: 1 1 0;
        justify-content: flex-end;
        min-width: 5rem;
        color: var(--danger);
        font-weight: 600;
      }

      .alarm span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      /* Inside a group there is no line: a mark on the corner of the bubble above. */
      .alarm.is-mark {
        position: absolute;
        inset-block-start: -0.9rem;
        inset-inline-end: -0.5rem;
        min-width: 0;
        padding: 1px;
        border-radius: var(--radius-full);
        background: var(--surface);
      }

      .icon {
        width: 0.9375rem;
        height: 0.9375rem;
      }

      /* Below the line, which ends with the time. */
      .people,
      .resend,
      .error {
        order: 1;
      }

      .people,
      .error {
        flex: 1 0 100%;
      }

      .people {
        display: grid;
        gap: var(--space-1);
        justify-items: end;
      }

      .people li {
        display: flex;
        flex-wrap: wrap;
        gap: 2px var(--space-2);
        align-items: center;
        justify-content: flex-end;
        text-align: end;
      }

      .people .undelivered {
        color: var(--danger);
      }

      .why {
        flex: 1 0 100%;
        color: var(--ink-soft);
        overflow-wrap: anywhere;
      }

      .resend {
        min-height: 1.5rem;
        padding-inline: var(--space-2);
        border: 1px solid currentcolor;
        border-radius: var(--radius-full);
        color: var(--danger);
        font-weight: 600;
      }
    `,
  ];

  constructor() {
    super();
    this.conversation = "";
    this.message = "";
    this.seq = 0;
    /** @type {"client" | "company"} */
    this.of = "client";
    this.read = false;
    this.quiet = false;
    this.undelivered = false;
    /** @type {PersonDelivery[] | null} */
    this.people = null;
    this.isOpen = false;
    this.busy = false;
    this.error = "";
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    deliveries.addEventListener("change", this.#onChange);
    if (this.hasUpdated) this.#watch();
  }

  /** @override */
  disconnectedCallback() {
    deliveries.removeEventListener("change", this.#onChange);
    deliveries.forget(this.message);
    super.disconnectedCallback();
  }

  /** @override @param {import("lit").PropertyValues<this>} changed */
  willUpdate(changed) {
    if (changed.has("message")) {
      const earlier = changed.get("message");
      if (earlier) deliveries.forget(earlier);
      this.#watch();
    }
    this.undelivered = this.#lost.length > 0;
  }

  /** @override */
  render() {
    return html`${this.quiet ? nothing : this.#step()} ${this.undelivered ? this.#alarm() : nothing}
    ${this.isOpen ? this.#people() : nothing} ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}`;
  }

  #step() {
    const step = this.#furthest();
    // That it was sent is no news beside the person whom it did not reach.
    if (step === "sent" && this.undelivered) return nothing;
    return html`<button
      class="step ${step === "read" ? "is-read" : ""}"
      aria-expanded=${this.isOpen}
      title=${t("deliveryDetails")}
      @click=${this.#toggle}
    >
      ${ICONS[step]}${t(WORDS[step])}
    </button>`;
  }

  /** Name who was not reached, without a line of its own: what is read stays in place. */
  #alarm() {
    const label = t("undeliveredTo", { names: list(this.#lost.map(({ person }) => person.name)) });
    return html`<button
      class="alarm ${this.quiet ? "is-mark" : ""}"
      aria-label=${label}
      aria-expanded=${this.isOpen}
      title="${label}. ${t("deliveryDetails")}"
      @click=${this.#toggle}
    >
      ${icons.warning}${this.quiet ? nothing : html`<span>${label}</span>`}
    </button>`;
  }

  #toggle() {
    this.isOpen = !this.isOpen;
  }

  #people() {
    /** @type {PersonDelivery[]} */
    const people = this.people ?? [];
    if (people.length === 0) return html`<p class="people">${t(this.people ? "deliveryToNobody" : "deliveryUnknown")}</p>`;
    return html`<ul class="people">
        ${people.map((delivery) => this.#person(delivery))}
      </ul>
      ${this.undelivered ? html`<button class="resend" ?disabled=${this.busy} @click=${this.#resend}>${t("resend")}</button>` : nothing}`;
  }

  /** @param {PersonDelivery} delivery */
  #person({ person, state, at, reason, cause }) {
    return html`<li class=${state} title=${reason || (at ? exactLabel(new Date(at)) : "")}>
      ${ICONS[state]}<span>${t("deliveryOf", { name: person.name, state: t(WORDS[state]) })}${at ? html` ${hour(new Date(at))}` : nothing}</span>
      ${state === "undelivered" ? why(cause, reason) : nothing}
    </li>`;
  }

  get #lost() {
    return (this.people ?? []).filter(({ state }) => state === "undelivered");
  }

  /** Return the furthest step of the other side, or of the own side if the other has nobody. */
  #furthest() {
    if (this.read) return "read";
    /** @type {PersonDelivery[]} */
    const people = this.people ?? [];
    const others = people.filter(({ person }) => (person.role === "client") !== (this.of === "client"));
    const states = (others.length > 0 ? others : people).map(({ state }) => state);
    return STEPS.findLast((step) => states.includes(step)) ?? "sent";
  }

  #watch() {
    this.people = null;
    this.isOpen = false;
    this.error = "";
    const { conversation, message: id, seq } = this;
    if (conversation && id && seq) deliveries.watch({ conversation, id, seq });
  }

  #onChange = (/** @type {Event} */ event) => {
    const { ids } = /** @type {CustomEvent} */ (event).detail;
    if (ids.includes(this.message)) this.people = deliveries.of(this.message);
  };

  async #resend() {
    this.busy = true;
    this.error = "";
    try {
      const { results } = await api.resend(this.conversation, this.message);
      deliveries.put(this.message, results);
    } catch (error) {
      this.error = t("failed", { reason: error instanceof Error ? error.message : "" });
    } finally {
      this.busy = false;
    }
  }
}

/** Say why, in words: a phone shows no title. @param {string} cause @param {string} reason */
function why(cause, reason) {
  const key = CAUSES[/** @type {keyof typeof CAUSES} */ (cause)];
  return key || reason ? html`<span class="why">${key ? t(key) : reason}</span>` : nothing;
}

/** Examples: à 14:02; hier à 14:02. @param {Date} date */
function hour(date) {
  const isToday = dayKey(date) === dayKey(new Date());
  const time = clock(date);
  return html`<time datetime=${date.toISOString()}>${isToday ? t("deliveryAt", { time }) : t("deliveryOn", { day: dayLabel(date), time })}</time>`;
}

customElements.define("delivery-state", DeliveryStateElement);
