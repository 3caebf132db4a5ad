/** @import { Message, MessagePage } from "../types.js" */

/**
 * The loaded messages of a conversation: all of those from one seq to another. The range grows at both ends. A message
 * outside it is ignored until its page is loaded, so that no message in between is ever missing.
 */
export class History {
  /** @type {Message[]} in seq order */
  messages = [];
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
    const first = this.messages[0]?.seq ?? Infinity;
    const last = this.messages.at(-1)?.seq ?? -Infinity;
    const pageFirst = page.results[0]?.seq ?? Infinity;
    const pageLast = page.results.at(-1)?.seq ?? -Infinity;
    if (!this.isLoaded || pageFirst < first) this.hasBefore = page.has_before;
    if (!this.isLoaded || pageLast > last) this.hasAfter = page.has_after;
    for (const message of page.results) this.#put(message);
    this.isLoaded = true;
    this.#early.splice(0).forEach((message) => this.upsert(message));
  }

  /** Note that no more messages exist on a side, because the page asked for was empty. @param {"before" | "after"} side */
  end(side) {
    if (side === "before") this.hasBefore = false;
    else this.hasAfter = false;
  }

  /** @param {Message} message its present state, from an event or a catch-up */
  upsert(message) {
    if (!this.isLoaded) this.#early.push(message);
    else if (this.#touches(message.seq)) this.#put(message);
  }

  /** @param {number} seq */
  #touches(seq) {
    const isBefore = this.hasBefore && seq < (this.messages[0]?.seq ?? Infinity);
    const isAfter = this.hasAfter && seq > (this.messages.at(-1)?.seq ?? -Infinity);
    return !isBefore && !isAfter;
  }

  /** @param {Message} message */
  #put(message) {
    const index = this.messages.findLastIndex((known) => known.seq <= message.seq);
    const known = this.messages[index];
    if (known?.seq !== message.seq) this.messages = this.messages.toSpliced(index + 1, 0, message);
    else if (message.id !== known.id) this.#replace(index, message);
    else if (message.version >= known.version) this.messages = this.messages.with(index, message);
  }

  /** @param {number} index @param {Message} message */
  #replace(index, message) {
    this.replaced = [...this.replaced, ...this.messages.slice(index, index + 1)];
    this.messages = this.messages.with(index, message);
  }
}
