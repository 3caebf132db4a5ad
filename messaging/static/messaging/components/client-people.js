import { LitElement, html, nothing } from "lit";

import "#core/components/person-avatar.js";
import { icons } from "#core/icons.js";
import { list } from "#core/numbers.js";
import { shared } from "#core/shared-styles.js";
import { exactLabel, shortLabel } from "#core/time.js";

import { t } from "../i18n/people/index.js";
import { dialled } from "../state/dialled.js";
import { sheetStyles } from "./client-sheet-styles.js";

/**
 * @import { Api } from "#api"
 * @typedef {Api["SheetPerson"]} SheetPerson
 */

/**
 * The people of a client: how each is called, and what tells them of a message.
 *
 * @property {SheetPerson[]} people
 * @property {number} count how many there are
 */
export class ClientPeople extends LitElement {
  static properties = { people: { attribute: false }, count: { type: Number } };

  static styles = [shared, sheetStyles];

  constructor() {
    super();
    /** @type {SheetPerson[]} */
    this.people = [];
    this.count = 0;
  }

  /** @override */
  render() {
    const more = this.count - this.people.length;
    return html`<ul>
      ${this.people.map((person) => this.#person(person))}
      ${more > 0 ? html`<li class="soft">${t("contactsMore", { n: more })}</li>` : nothing}
    </ul>`;
  }

  /** @param {SheetPerson} person */
  #person(person) {
    const { name, email, locale } = person;
    return html`<li class="person">
      <person-avatar name=${name} of="client"></person-avatar>
      <div>
        <strong>${name}</strong>
        ${this.#phone(person)}
        <p>${email}</p>
        <p>${t("writesIn", { language: languageName(locale) })}</p>
        ${this.#seen(person)} ${isUnreachable(person) ? this.#unreachable(person) : html`${this.#push(person)} ${this.#email(person)}`}
      </div>
    </li>`;
  }

  /** @param {SheetPerson} person */
  #phone({ name, phone }) {
    if (!phone) return html`<p>${t("noPhone")}</p>`;
    return html`<div><a class="call" href="tel:${dialled(phone)}" aria-label="${t("call", { name })}, ${phone}">${icons.phone}${phone}</a></div>`;
  }

  /** @param {SheetPerson} person */
  #seen({ is_online, last_seen_at }) {
    if (is_online) return html`<p class="online">${t("online")}</p>`;
    if (!last_seen_at) return html`<p>${t("neverSeen")}</p>`;
    const at = new Date(last_seen_at);
    return html`<p title=${exactLabel(at)}>${t("lastSeen", { when: shortLabel(at) })}</p>`;
  }

  /** @param {SheetPerson} person */
  #unreachable({ phone }) {
    return html`<p class="bad">${t(phone ? "unreachable" : "unreachableNoPhone")}</p>`;
  }

  /** @param {SheetPerson} person */
  #push({ devices, is_pushed }) {
    if (is_pushed) return html`<p>${t("pushOn", { devices: named(devices.filter(({ is_silent }) => !is_silent)) })}</p>`;
    const silent = devices.filter(({ is_silent }) => is_silent);
    return html`<p>${silent.length > 0 ? t("pushSilent", { devices: named(silent) }) : t("pushOff")}</p>`;
  }

  /** @param {SheetPerson} person */
  #email({ email_state, refused_since }) {
    if (email_state === "refused") {
      const when = refused_since ? shortLabel(new Date(refused_since)) : "";
      return html`<p class="bad">${t("emailRefused", { when })}</p>`;
    }
    if (email_state === "unsubscribed") return html`<p>${t("emailUnsubscribed")}</p>`;
    return html`<p>${t(email_state === "verified" ? "emailVerified" : "emailUnknown")}</p>`;
  }
}

/** Tell whether neither a push nor an email tells the person of a message. @param {SheetPerson} person */
export function isUnreachable({ is_pushed, email_state }) {
  return !is_pushed && (email_state === "refused" || email_state === "unsubscribed");
}

/** @param {SheetPerson["devices"]} devices */
function named(devices) {
  return list(new Set(devices.map(({ label }) => label || t("unnamedDevice"))));
}

/** In the language itself: Français, English. @param {string} code */
function languageName(code) {
  return code === "en" ? "English" : "Français";
}

customElements.define("client-people", ClientPeople);
