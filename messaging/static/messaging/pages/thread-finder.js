import { t } from "../i18n/index.js";
import * as api from "../messaging-api.js";
import { foundHere } from "../state/found.js";
import { messageHash, withoutFiles } from "../state/routes.js";
import { hitsOf, isAway } from "./hits.js";
import { place } from "./place.js";

/**
 * @import { ReactiveController } from "lit"
 * @import { Hit } from "../state/found.js"
 * @import { InboxController } from "./inbox-controller.js"
 */

// All hits are loaded, for their number. Nobody goes through more.
const MOST = 500;
const PAGE = 50;

/**
 * The search inside the open conversation, newest hit first. Its words stand in the address (`?find=`), beside the message
 * that is shown.
 *
 * @implements {ReactiveController}
 */
export class ThreadFinder {
  isOpen = false;
  q = "";
  /** @type {Hit[]} */
  hits = [];
  at = 0;
  says = "";

  #inbox;
  #conversation = "";
  #asked = 0;

  /** @param {InboxController} inbox */
  constructor(inbox) {
    this.#inbox = inbox;
    const { host } = inbox;
    host.addController(this);
    host.addEventListener("find-open", () => void this.open());
    host.addEventListener("find-close", () => this.close());
    host.addEventListener("find-move", (event) => this.#goTo(this.at + /** @type {CustomEvent} */ (event).detail.step));
    host.addEventListener("search", (event) => {
      const [from] = event.composedPath();
      if (this.isOpen && this.#element?.shadowRoot?.contains(/** @type {Node} */ (from))) void this.find(/** @type {CustomEvent} */ (event).detail.q);
    });
  }

  /** Close with the conversation, and open with an address that says so. */
  hostUpdate() {
    const id = this.#inbox.messenger?.openId ?? "";
    if (id === this.#conversation) return;
    this.#conversation = id;
    const q = id ? (new URLSearchParams(place.location.search).get("find") ?? "") : "";
    this.#reset(q !== "");
    if (q) void this.find(q);
  }

  async open() {
    this.#reset(true);
    this.#inbox.host.requestUpdate();
    await this.#inbox.host.updateComplete;
    await customElements.whenDefined("thread-search");
    await this.#element?.focusField();
  }

  close() {
    this.#reset(false);
    this.#write("");
    this.#inbox.host.requestUpdate();
    this.#inbox.host.renderRoot.querySelector("conversation-thread")?.focusHeading();
  }

  get count() {
    return this.hits.length;
  }

  /** @param {string} q */
  async find(q) {
    const asked = ++this.#asked;
    const id = this.#conversation;
    Object.assign(this, { q, hits: [], at: 0, says: q ? t("searching") : "" });
    this.#write("");
    this.#inbox.host.requestUpdate();
    if (!q) return;
    const found = await this.#ask(id, q);
    if (asked !== this.#asked) return;
    this.hits = found.hits;
    if (found.hits.length > 0) this.#goTo(0, found.says);
    else this.#say(found.says || t("findNothing", { q }));
  }

  /** @param {string} id @param {string} q @returns {Promise<{ hits: Hit[], says: string }>} */
  async #ask(id, q) {
    try {
      return { hits: await allOf(id, q), says: "" };
    } catch (error) {
      const { messenger } = this.#inbox;
      if (!isAway(error) || !messenger) return { hits: [], says: t("searchFailed") };
      const hits = foundHere(messenger.store, q, id).messages;
      return { hits, says: t(hits.length > 0 ? "foundHere" : "findHereNothing", { q }) };
    }
  }

  /** @param {number} place @param {string} [says] what else to say */
  #goTo(place, says = "") {
    const { hits } = this;
    if (hits.length === 0) return;
    this.at = (place + hits.length) % hits.length;
    const of = hits.length >= MOST ? `${MOST}+` : hits.length;
    this.#say([t("findPlace", { n: this.at + 1, of }), says].filter(Boolean).join(" · "));
    this.#write(messageHash(hits[this.at]?.id ?? ""));
    this.#inbox.navigation.showCurrent({ keepsFocus: true });
  }

  /** Write the words and the message into the address. @param {string} hash */
  #write(hash) {
    const query = new URLSearchParams(place.location.search);
    if (this.q) query.set("find", this.q);
    else query.delete("find");
    place.history.replaceState(place.history.state, "", `${withoutFiles(place.location.pathname)}${query.size > 0 ? `?${query}` : ""}${hash}`);
  }

  /** @param {string} says */
  #say(says) {
    this.says = says;
    this.#inbox.host.requestUpdate();
  }

  /** @param {boolean} isOpen */
  #reset(isOpen) {
    this.#asked++;
    Object.assign(this, { isOpen, q: "", hits: [], at: 0, says: "" });
  }

  get #element() {
    return this.#inbox.host.renderRoot.querySelector("thread-search");
  }
}

/** @param {string} conversation @param {string} q */
async function allOf(conversation, q) {
  let page = await api.search({ q, conversation, kind: "message", limit: PAGE });
  const found = [...page.results];
  while (page.next && found.length < MOST) {
    page = await api.nextFound(page.next);
    found.push(...page.results);
  }
  return hitsOf(found);
}
