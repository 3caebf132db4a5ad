import { wait } from "#core/backoff.js";
import { idle } from "#core/idle.js";
import { access } from "#core/session.js";
import { isBlank } from "#core/text.js";
import { rendered, takeTurns } from "#core/turns.js";

/**
 * @import { Start } from "../components/message-list.js"
 * @import { InboxHost } from "./inbox-controller.js"
 */

// As in scroll-anchor.js: closer to the end than this, the reader is at the end.
const STICK_PX = 100;

const A_YEAR_S = 365 * 24 * 3600;

// Then the elements are shown as they are, should one of them never render.
const PATIENCE_MS = 10_000;

/**
 * Puts the elements in the place of the server's HTML, without a shift. That HTML stands above them until all have
 * rendered. What a person did in it meanwhile goes on in the elements: where they read, what they wrote, where the focus
 * was.
 */
export class Takeover {
  /** Where the messages were scrolled to. @type {Start | null} */
  place = null;
  /** The focus was in the field for a reply. */
  isWriting = false;
  /** Which field of the form had the focus. @type {"subject" | "body" | ""} */
  field = "";
  /** The id of the conversation whose row had the focus. */
  row = "";
  /** Resolves when the elements are on screen. @type {Promise<void>} */
  done = Promise.resolve();

  #host;
  /** @type {HTMLElement | null} */
  #html;

  /** @param {InboxHost} host */
  constructor(host) {
    this.#host = host;
    // What a portal's page has inside is not ours.
    this.#html = access.isOurs ? /** @type {HTMLElement | null} */ (host.querySelector(`:scope > s-${host.localName}`)) : null;
    if (!this.#html) return;
    takeTurns(true);
    this.place = placeIn(this.#html);
  }

  /** Begin before the first rendering of the page's element. */
  begin() {
    const html = this.#html;
    this.#html = null;
    if (!html) return;
    this.#host.toggleAttribute("taking-over", true);
    this.done = this.#finish(html);
    void this.done.then(idle).then(() => tellZone(html.dataset.zone ?? ""));
  }

  /** @param {HTMLElement} html */
  async #finish(html) {
    await this.#host.updateComplete;
    await Promise.race([rendered(this.#host.renderRoot), wait(PATIENCE_MS)]);
    takeTurns(false);
    await this.#takeTexts(html);
    await this.#takePlace(html);
    this.#takeFocus(html);
    const { scrollTop = 0 } = html.querySelector(".side > .window") ?? {};
    this.#host.toggleAttribute("taking-over", false);
    const list = this.#host.renderRoot.querySelector(".side > .window");
    if (list && scrollTop > 0) list.scrollTop = scrollTop;
    this.#giveFocus();
    html.remove();
  }

  /** Put what was written into the fields of the elements. @param {HTMLElement} html */
  async #takeTexts(html) {
    const { renderRoot } = this.#host;
    const text = written(html.querySelector("s-message-composer textarea"));
    // The server's field is one for messages, whatever the elements would begin with.
    if (!isBlank(text)) this.#host.dispatchEvent(new CustomEvent("mode-change", { detail: { mode: "reply" } }));
    if (!isBlank(text)) await renderRoot.querySelector("conversation-thread")?.putInReply(text);
    const opening = { subject: written(html.querySelector("#new-subject")), body: written(html.querySelector("#new-body")) };
    if (!isBlank(opening.subject + opening.body)) renderRoot.querySelector("conversation-form")?.add(opening);
  }

  /** Go to where the messages were scrolled to meanwhile. @param {HTMLElement} html */
  async #takePlace(html) {
    const place = placeIn(html);
    if (!place || isSame(place, this.place)) return;
    this.place = place;
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    await this.#host.renderRoot.querySelector("conversation-thread")?.listReady();
  }

  /** @param {HTMLElement} html */
  #takeFocus(html) {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    if (!focused || !html.contains(focused)) return;
    this.isWriting = focused.matches("s-message-composer textarea");
    this.field = focused.id === "new-subject" ? "subject" : focused.id === "new-body" ? "body" : "";
    this.row = focused.dataset.id ?? "";
  }

  /** From field to field directly: otherwise the keyboard of a phone closes. */
  #giveFocus() {
    const { renderRoot } = this.#host;
    if (this.isWriting) renderRoot.querySelector("conversation-thread")?.focusComposer();
    if (this.field) renderRoot.querySelector("conversation-form")?.focusField(this.field);
  }
}

/** @param {Element | null} field */
function written(field) {
  return /** @type {HTMLInputElement | HTMLTextAreaElement | null} */ (field)?.value ?? "";
}

/** @param {Start} place @param {Start | null} other */
function isSame(place, other) {
  return place.key === other?.key && Math.abs(place.top - other.top) <= 1;
}

/** @param {HTMLElement} html @returns {Start | null} */
function placeIn(html) {
  const conversation = html.querySelector("s-conversation-thread")?.getAttribute("data-id") ?? "";
  const scroller = html.querySelector("s-message-list > .window");
  if (!scroller?.clientHeight) return null;
  const top = scroller.getBoundingClientRect().top;
  // The column may be reversed, with negative scroll positions: measure the rows instead.
  const last = /** @type {Element} */ (scroller.lastElementChild).getBoundingClientRect();
  if (last.bottom - scroller.getBoundingClientRect().bottom < STICK_PX) return { conversation, key: "", top: 0 };
  const rows = /** @type {NodeListOf<HTMLElement>} */ (scroller.querySelectorAll("[data-key]"));
  const first = [...rows].find((row) => row.getBoundingClientRect().bottom > top);
  return first ? { conversation, key: first.dataset.key ?? "", top: first.getBoundingClientRect().top - top } : null;
}

/** Let the server write the next page in the time zone of this device. @param {string} written the zone of this page */
function tellZone(written) {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  if (!written || !timeZone || timeZone === written) return;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `time_zone=${timeZone}; path=/; max-age=${A_YEAR_S}; samesite=lax${secure}`;
}
