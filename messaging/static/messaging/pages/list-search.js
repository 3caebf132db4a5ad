import { t } from "../i18n/index.js";
import * as api from "../messaging-api.js";
import { NOTHING, askedIn, isSame, withAsked } from "../state/asked.js";
import { foundHere } from "../state/found.js";
import { hitsOf, isAway } from "./hits.js";
import { place } from "./place.js";

/**
 * @import { Asked } from "../state/asked.js"
 * @import { Facets } from "../components/search-filters.js"
 * @import { Hit } from "../state/found.js"
 * @import { InboxController } from "./inbox-controller.js"
 * @typedef {{ hits: Hit[], next: string | null }} Page
 * @typedef {{ found: number, closed: number, is_more: boolean }} Count
 */

/** Rows of a first page: more than a phone shows at once, few enough for a slow network. */
const FIRST = 20;
/** Conversations above what was written in them. */
const CONVERSATIONS = 3;

/**
 * The search over all conversations of the person: conversations by what they are about, and what was written in them, the
 * newest first. Filters alone are enough. What is asked stands in the address: Back from a message finds it again, and Back
 * from the first search leads to the list.
 */
export class ListSearch {
  /** The page shows a search, of which nothing may be asked yet. */
  isOn = false;
  asked = NOTHING;
  /** @type {Page | null} */
  conversations = null;
  /** @type {Page | null} */
  written = null;
  /** @type {Count | null} */
  count = null;
  /** @type {Facets | null} */
  facets = null;
  isComplete = true;
  /** `here`: without network, only what this page has loaded was searched. @type {"" | "loading" | "there" | "here" | "failed"} */
  state = "";

  #inbox;
  /** Number of the last question: answers to earlier ones are ignored. */
  #number = 0;

  /** @param {InboxController} inbox */
  constructor(inbox) {
    this.#inbox = inbox;
    const { host } = inbox;
    host.addEventListener("results-more", (event) => void this.#more(/** @type {CustomEvent} */ (event).detail.group));
    host.addEventListener("result-open", (event) => this.#open(/** @type {CustomEvent} */ (event).detail));
    host.addEventListener("search-narrow", (event) => void this.choose(/** @type {CustomEvent} */ (event).detail));
    host.addEventListener("search-open", () => void this.choose({}));
    host.addEventListener("search-close", () => this.leave());
    host.addEventListener("search-choices", () => void inbox.attempt(() => inbox.loadChoices()));
  }

  get q() {
    return this.asked.q;
  }

  /** Search what the address names. */
  resume() {
    const asked = askedIn(place.location.search);
    if (this.isOn !== (asked !== null) || !isSame(asked ?? NOTHING, this.asked)) void this.search(asked);
  }

  /**
   * Write a change of what is asked into the address, and search it. Emptied words end a search without filters; filters that
   * are taken away do not.
   *
   * @param {Partial<Asked>} change
   */
  async choose(change) {
    const asked = { ...this.asked, ...change };
    if (change.q === "" && isSame(asked, NOTHING)) return this.leave();
    if (this.isOn) place.history.replaceState(place.history.state, "", addressOf(asked));
    else place.history.pushState({ isOurs: false, isSearch: true }, "", addressOf(asked));
    await this.search(asked);
  }

  /** End the search: through the history, if it began on this page. */
  leave() {
    if (place.history.state?.isSearch) place.history.back();
    else place.history.replaceState(place.history.state, "", addressOf(null));
    void this.search(null);
  }

  /** @param {Asked | null} asked */
  async search(asked) {
    const number = ++this.#number;
    this.isOn = asked !== null;
    this.asked = asked ?? NOTHING;
    if (!asked || isSame(asked, NOTHING)) {
      this.#empty();
      return this.#show("");
    }
    this.#show("loading");
    try {
      const found = await this.#ask(asked);
      if (number !== this.#number) return;
      Object.assign(this, found);
      this.#show("there");
    } catch (error) {
      if (number === this.#number) this.#fallBack(error);
    }
  }

  get isEmpty() {
    return !this.conversations?.hits.length && !this.written?.hits.length;
  }

  /** What to say above or instead of the results. */
  get says() {
    const { q } = this;
    if (this.state === "loading") return this.isEmpty ? t("searching") : this.#counted;
    if (this.state === "failed") return t("searchFailed");
    if (this.state === "here") return t(this.isEmpty ? (q ? "searchedHereNothing" : "searchedHereFilters") : "searchedHere", { q });
    if (this.state === "") return this.isOn ? t("searchBegin") : "";
    const said = this.isEmpty ? t(this.#nothing, { q }) : this.#counted;
    return this.isComplete ? said : `${said}\n${t("searchIncomplete")}`;
  }

  get #nothing() {
    if (!this.q) return "searchedNothingFilters";
    return isSame(this.asked, { ...NOTHING, q: this.q }) ? "searchedNothing" : "searchedNothingNarrowed";
  }

  /** How many were found, and how many of them in closed conversations. */
  get #counted() {
    if (!this.count) return "";
    const { found, closed, is_more: isMore } = this.count;
    const n = isMore && found >= 1000 ? Math.floor(found / 1000) * 1000 : found;
    const said = isMore ? t("foundMore", { n }) : t("foundCount", { n });
    return closed > 0 ? `${said} · ${t(isMore ? "foundClosedMore" : "foundClosed", { n: closed })}` : said;
  }

  /** @param {Asked} asked */
  async #ask({ kind, ...asked }) {
    const isStaff = this.#inbox.isStaff;
    const [conversations, written] = await Promise.all([
      // A conversation has no author and no files.
      kind || asked.author || asked.has_file ? null : api.search({ ...asked, kind: "conversation", limit: CONVERSATIONS }),
      api.search({ ...asked, kind: kind || "written", limit: FIRST, facets: isStaff ? "true" : "" }),
    ]);
    const { count, facets } = written;
    const isNothing = asked.q && !kind && written.results.length === 0 && !conversations?.results.length;
    // Words in several messages of a conversation.
    const apart = isNothing ? await api.search({ ...asked, limit: FIRST }) : null;
    return {
      conversations: apart ? pageOf(apart) : conversations && pageOf(conversations),
      written: pageOf(written),
      count: apart?.count ?? (count && conversations?.count ? sum(count, conversations.count) : count),
      facets,
      isComplete: written.is_complete && (conversations?.is_complete ?? true),
    };
  }

  /** @param {unknown} error */
  #fallBack(error) {
    const { messenger } = this.#inbox;
    this.#empty();
    if (!isAway(error) || !messenger) return this.#show("failed");
    const { conversations, messages } = foundHere(messenger.store, this.q);
    this.conversations = { hits: conversations, next: null };
    this.written = { hits: messages, next: null };
    this.#show("here");
  }

  /** @param {"conversations" | "written"} group */
  async #more(group) {
    const page = this[group];
    if (!page?.next) return;
    const [number, next] = [this.#number, page.next];
    await this.#inbox.attempt(async () => {
      const more = pageOf(await api.nextFound(next));
      if (number !== this.#number) return;
      this[group] = { hits: [...page.hits, ...more.hits], next: more.next };
      this.#inbox.host.requestUpdate();
    });
  }

  /** @param {{ id: string, message: string }} result */
  #open({ id, message }) {
    void this.#inbox.navigation.go({ pane: "thread", id, ...(message && { message }) });
  }

  #empty() {
    Object.assign(this, { conversations: null, written: null, count: null, facets: null, isComplete: true });
  }

  /** @param {ListSearch["state"]} state */
  #show(state) {
    this.state = state;
    this.#inbox.host.requestUpdate();
  }
}

/** Return the address of this page with another search, or without. @param {Asked | null} asked */
function addressOf(asked) {
  const { pathname, search, hash } = place.location;
  return `${pathname}${withAsked(search, asked)}${hash}`;
}

/** @param {{ results: any[], next: string | null }} page @returns {Page} */
function pageOf({ results, next }) {
  return { hits: hitsOf(results), next };
}

/** @param {Count} one @param {Count} other @returns {Count} */
function sum(one, other) {
  return { found: one.found + other.found, closed: one.closed + other.closed, is_more: one.is_more || other.is_more };
}
