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
 * Reçu, Notifié par e-mail, Lu). A tap lists each person. A person who could not be reached is shown with the button Renvoyer.
 *
 * @property {string} conversation the id of the conversation
 * @property {string} message the id of the message
 * @property {number} seq the seq of the message
 * @property {"client" | "company"} of the side that wrote the message
 * @property {boolean} read true if the other side has read the message
 * @property {boolean} quiet shows only what went wrong
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

      .step,
      .lost button {
        position: relative;
        padding: 0;
        border: 0;
        background: transparent;
        color: inherit;
        font-weight: inherit;
      }

      /* Large enough for a fingertip. */
      .step::after,
      .lost button::after {
        position: absolute;
        inset: -0.5rem -0.25rem;
        content: "";
      }

      .step {
        display: inline-flex;
        gap: var(--space-1);
        align-items: center;
        border-radius: var(--radius-s);
      }

      .step:hover {
        text-decoration: underline;
        text-underline-offset: 0.2em;
      }

      .step.is-read {
        color: var(--brand-text);
      }

      .icon {
        width: 0.9375rem;
        height: 0.9375rem;
      }

      .people,
      .lost,
      .error {
        flex: 1 0 100%;
      }

      .people {
        display: grid;
        gap: 2px;
        justify-items: end;
      }

      .people li,
      .lost {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-2);
        align-items: center;
        justify-content: flex-end;
      }

      .people .undelivered,
      .lost {
        color: var(--danger);
      }

      .lost {
        font-weight: 600;
      }

      .lost span:first-child {
        text-align: end;
      }

      .lost .icon {
        vertical-align: -0.125em;
      }

      .why {
        flex: 1 0 100%;
        color: var(--ink-soft);
        font-weight: 400;
        text-align: end;
        overflow-wrap: anywhere;
      }

      .lost button {
        min-height: 1.5rem;
        padding-inline: var(--space-2);
        border: 1px solid currentcolor;
        border-radius: var(--radius-full);
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
    return html`${this.quiet ? nothing : this.#step()} ${this.isOpen ? this.#people() : nothing}
    ${this.undelivered ? this.#alarm() : nothing}
    ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}`;
  }

  #step() {
    const step = this.#furthest();
    return html`<button
      class="step ${step === "read" ? "is-read" : ""}"
      aria-expanded=${this.isOpen}
      title=${t("deliveryDetails")}
      @click=${() => (this.isOpen = !this.isOpen)}
    >
      ${ICONS[step]}${t(WORDS[step])}
    </button>`;
  }

  #people() {
    /** @type {PersonDelivery[]} */
    const people = this.people ?? [];
    if (people.length === 0) return html`<p class="people">${t(this.people ? "deliveryToNobody" : "deliveryUnknown")}</p>`;
    return html`<ul class="people">
      ${people.map(
        ({ person, state, at, reason }) =>
          html`<li class=${state} title=${reason || (at ? exactLabel(new Date(at)) : "")}>
            ${ICONS[state]}<span>${t("deliveryOf", { name: person.name, state: t(WORDS[state]) })}${at ? html` ${hour(new Date(at))}` : nothing}</span>
          </li>`,
      )}
    </ul>`;
  }

  #alarm() {
    const names = list(this.#lost.map(({ person }) => person.name));
    const reasons = this.#lost.map(({ reason }) => reason).filter(Boolean);
    return html`<p class="lost" title=${reasons.join("\n")}>
      <span>${icons.warning} ${t("undeliveredTo", { names })}</span>
      <button ?disabled=${this.busy} @click=${this.#resend}>${t("resend")}</button>
      ${this.#lost.map((person) => this.#why(person))}
    </p>`;
  }

  /** Say why, in words: a phone shows no title. @param {PersonDelivery} delivery */
  #why({ person, cause, reason }) {
    const key = CAUSES[/** @type {keyof typeof CAUSES} */ (cause)];
    if (!key && !reason) return nothing;
    const words = key ? t(key) : reason;
    return html`<span class="why">${t("deliveryOf", { name: person.name, state: words })}</span>`;
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

/** Examples: à 14:02; hier à 14:02. @param {Date} date */
function hour(date) {
  const isToday = dayKey(date) === dayKey(new Date());
  const time = clock(date);
  return html`<time datetime=${date.toISOString()}>${isToday ? t("deliveryAt", { time }) : t("deliveryOn", { day: dayLabel(date), time })}</time>`;
}

customElements.define("delivery-state", DeliveryStateElement);
