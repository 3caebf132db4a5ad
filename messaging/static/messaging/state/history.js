/** @import { Message, MessagePage } from "../types.js" */

/**
 * The loaded part of a conversation: a window without a hole, from one seq to another, which grows at
 * both ends. What lies outside it is left to the next page, so that a hole can never be shown.
 */
export class History {
  /** @type {Message[]} in seq order */
  messages = [];
  hasBefore = true;
  hasAfter = true;
  isLoaded = false;

  /**
   * Messages that came live before the first page did. The page may have been read before them.
   * @type {Message[]}
   */
  #early = [];

  /** @param {MessagePage} page the first page, or one that touches the window */
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

  /** Nothing lies in that direction: the page asked for was empty. @param {"before" | "after"} side */
  end(side) {
    if (side === "before") this.hasBefore = false;
    else this.hasAfter = false;
  }

  /** @param {Message} message as it is now, by an event or a catch-up */
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
    else if (message.version >= known.version) this.messages = this.messages.with(index, message);
  }
}
