import { quoteOf } from "./quote.js";

/** @import { Line, Message, MessagePage } from "../types.js" */

/**
 * The loaded messages of a conversation: all of those from one seq to another. The range grows at both ends. A message
 * outside it is ignored until its page is loaded, so that no message in between is ever missing.
 */
export class History {
  /** @type {Message[]} in seq order */
  messages = [];
  /** What was done with the conversation, in the order of the changes. Those far from the messages wait for them here. @type {Line[]} */
  lines = [];
  /** Messages whose place another message has taken: a restore of the server's database has lost them. @type {Message[]} */
  replaced = [];
  hasBefore = true;
  hasAfter = true;
  isLoaded = false;

  /**
   * Messages from events that came before the first page. The page may be older than they are.
   * @type {Message[]}
   */
  #early = [];

  /** @param {MessagePage} page the first page, or one next to the loaded range */
  merge(page) {
    this.addLines(page.lines);
    if (this.isLoaded && !this.#adjoins(page)) this.#makeEarly();
    const first = this.messages[0]?.seq ?? Infinity;
    const last = this.messages.at(-1)?.seq ?? -Infinity;
    const pageFirst = page.results[0]?.seq ?? Infinity;
    const pageLast = page.results.at(-1)?.seq ?? -Infinity;
    if (!this.isLoaded || pageFirst < first) this.hasBefore = page.has_before;
    if (!this.isLoaded || pageLast > last) this.hasAfter = page.has_after;
    if (pageLast < first) this.messages = [...page.results, ...this.messages];
    else if (pageFirst > last) this.messages = [...this.messages, ...page.results];
    else for (const message of page.results) this.#put(message);
    this.isLoaded = true;
    this.#early.splice(0).forEach((message) => this.upsert(message));
  }

  /** Note that no more messages exist on a side, because the page asked for was empty. @param {"before" | "after"} side */
  end(side) {
    if (side === "before") this.hasBefore = false;
    else this.hasAfter = false;
  }

  /** Take lines, which come by pages, events and changes: each is known by its id, and never changes. @param {Line[]} [lines] */
  addLines(lines = []) {
    const known = new Set(this.lines.map(({ id }) => id));
    const unknown = lines.filter(({ id }) => !known.has(id));
    if (unknown.length > 0) this.lines = [...this.lines, ...unknown].sort(byVersion);
  }

  /** @param {Message} message its present state, from an event or a catch-up */
  upsert(message) {
    if (!this.isLoaded) return void this.#early.push(message);
    if (this.#touches(message.seq)) this.#put(message);
    this.#quoteAnew(message);
  }

  /** Show an edit or a deletion in the messages that quote the changed one, which is perhaps not loaded. @param {Message} changed */
  #quoteAnew(changed) {
    if (!changed.edited_at && !changed.deleted_at) return;
    const isQuoted = this.messages.some(({ quoted }) => quoted?.id === changed.id);
    if (!isQuoted) return;
    const quoted = quoteOf(changed);
    this.messages = this.messages.map((message) => (message.quoted?.id === changed.id ? { ...message, quoted } : message));
  }

  /** @param {MessagePage} page */
  #adjoins({ results }) {
    const [first, last] = [this.messages[0]?.seq ?? -Infinity, this.messages.at(-1)?.seq ?? Infinity];
    return results.length === 0 || ((results[0]?.seq ?? 0) <= last + 1 && (results.at(-1)?.seq ?? 0) >= first - 1);
  }

  /** Let a page that is far from the loaded range take its place: what is between them is not known. */
  #makeEarly() {
    this.#early.push(...this.messages);
    this.messages = [];
    this.isLoaded = false;
  }

  /** @param {number} seq */
  #touches(seq) {
    const isBefore = this.hasBefore && seq < (this.messages[0]?.seq ?? Infinity);
    const isAfter = this.hasAfter && seq > (this.messages.at(-1)?.seq ?? -Infinity);
    return !isBefore && !isAfter;
  }

  /** @param {Message} message */
  #put(message) {
    const index = this.#lastUpTo(message.seq);
    const known = this.messages[index];
    if (known?.seq !== message.seq) this.messages = this.messages.toSpliced(index + 1, 0, message);
    else if (message.id !== known.id) this.#replace(index, message);
    else if (message.version >= known.version) this.messages = this.messages.with(index, message);
  }

  /** Return the index of the last message up to a seq, or -1. @param {number} seq */
  #lastUpTo(seq) {
    let [low, high] = [0, this.messages.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (/** @type {Message} */ (this.messages[middle]).seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** @param {number} index @param {Message} message */
  #replace(index, message) {
    this.replaced = [...this.replaced, ...this.messages.slice(index, index + 1)];
    this.messages = this.messages.with(index, message);
  }
}

/** @param {Line} one @param {Line} other */
function byVersion(one, other) {
  return one.version - other.version || (one.id < other.id ? -1 : 1);
}
