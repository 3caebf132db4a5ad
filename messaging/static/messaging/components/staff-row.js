import { html, nothing } from "lit";

import { t as fileText } from "#attachments/i18n/index.js";
import "#core/components/person-avatar.js";
import "#core/components/relative-time.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { desk } from "../desk/i18n/index.js";
import { deskIcons } from "../desk/icons.js";
import { t } from "../i18n/index.js";
import { lastLine } from "./last-line.js";
import { staffRowStyles } from "./staff-row-styles.js";
import "./unread-badge.js";
import { waitOf } from "./waits.js";

/**
 * @import { Me } from "#core/types.js"
 * @import { Conversation } from "../types.js"
 * @import { Wait } from "./waits.js"
 */

// A clock that turns amber or late is seen within this time.
const LOOK_AGAIN_MS = 15_000;

const ICONS = {
  closed: icons.check, snoozed: deskIcons.pause, thanks: icons.check, waiting: icons.clock, green: icons.clock, amber: icons.clock,
  late: icons.warning,
};

/**
 * A conversation in the company's list: whose it is and of which chantier, what was said last, what waits, and who follows it.
 * It renders again when its clock changes colour.
 *
 * @property {Conversation | null} conversation
 * @property {Me | null} me the answer of GET /me
 * @property {number} count the reader's own unread messages in it
 */
export class StaffRow extends TurnElement {
  static properties = {
    conversation: { attribute: false },
    me: { attribute: false },
    count: { type: Number },
  };

  static styles = [shared, staffRowStyles];

  /** One timer looks at all of them. @type {Set<StaffRow>} */
  static #shown = new Set();

  static {
    setInterval(() => this.#shown.forEach((row) => row.#lookAgain()), LOOK_AGAIN_MS);
  }

  #wait = "";

  constructor() {
    super();
    /** @type {Conversation | null} */
    this.conversation = null;
    /** @type {Me | null} */
    this.me = null;
    this.count = 0;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    StaffRow.#shown.add(this);
  }

  /** @override */
  disconnectedCallback() {
    StaffRow.#shown.delete(this);
    super.disconnectedCallback();
  }

  /** @override */
  willUpdate() {
    this.toggleAttribute("unread", this.count > 0);
  }

  #lookAgain() {
    if (this.conversation && textOf(waitOf(this.conversation)) !== this.#wait) this.requestUpdate();
  }

  /** @override */
  render() {
    const { conversation, me } = this;
    if (!conversation || !me) return nothing;
    const { client, chantier, subject, last_message: last, last_activity_at, assigned_to: owner } = conversation;
    const wait = waitOf(conversation);
    this.#wait = textOf(wait);
    const place = chantier?.name ?? t("freeSubject");
    return html`
      <span class="client-avatar"><person-avatar name=${client.name} of="client"></person-avatar></span>
      <span class="who" title="${client.name} · ${place}"><span class="client">${client.name}</span> · ${place}</span>
      <span class="time">${last?.by_email ? byEmail() : nothing}<relative-time datetime=${last_activity_at}></relative-time></span>
      <span class="title" title=${subject}>${subject}</span>
      <span class="badge"><unread-badge count=${this.count}></unread-badge></span>
      <span class="line">${lastLine(conversation, me)}</span>
      ${this.#files(last)}
      <span class="state">
        ${chantier?.reference ? html`<span class="plate">${chantier.reference}</span>` : nothing}${shown(wait)}${conversation.pending ? nothing : ownerMark(owner)}
      </span>
    `;
  }

  /** @param {Conversation["last_message"]} last */
  #files(last) {
    const n = last?.deleted_at ? 0 : (last?.attachments.length ?? 0);
    if (n === 0) return nothing;
    const label = fileText("files", { n });
    return html`<span class="files" role="img" aria-label=${label} title=${label}>${icons.attach}${n}</span>`;
  }
}

/** @param {Wait | null} wait */
function textOf(wait) {
  return wait ? wait.kind + wait.text : "";
}

/** @param {Wait | null} wait */
function shown(wait) {
  if (!wait) return nothing;
  return html`<span class="wait is-${wait.kind}" title=${wait.title || nothing}>${ICONS[wait.kind]}<span>${wait.text}</span></span>`;
}

function byEmail() {
  return html`<span role="img" aria-label=${t("byEmail")} title=${t("byEmail")}>${icons.mail}</span>`;
}

/** @param {Conversation["assigned_to"]} owner */
function ownerMark(owner) {
  if (!owner) return html`<span class="owner is-nobody">${desk("ownedByNobody")}</span>`;
  const label = desk("ownedBy", { name: owner.name });
  return html`<span class="owner" title=${label}
    ><person-avatar name=${owner.name} of=${owner.role}></person-avatar><span class="visually-hidden">${label}</span></span
  >`;
}

customElements.define("staff-row", StaffRow);
