import { quoteOf } from "../state/quote.js";

/**
 * @import { Message, Quote } from "../types.js"
 * @import { InboxController } from "./inbox-controller.js"
 */

/** Handles quotes: the message that is being answered, for each conversation, and the way to a quoted one. */
export class InboxQuotes {
  #inbox;
  /** The last one that was read from the device, and its text there. @type {{ text: string, quote: Quote | null }} */
  #read = { text: "", quote: null };

  /** @param {InboxController} inbox */
  constructor(inbox) {
    this.#inbox = inbox;
    /** @type {Record<string, (detail: any) => void>} */
    const handlers = {
      "message-quote": ({ message }) => this.#answer(message),
      "quote-drop": () => this.keep(null),
      "message-go": ({ message }) => void inbox.navigation.reach(message),
    };
    for (const [type, handle] of Object.entries(handlers)) {
      inbox.host.addEventListener(type, (event) => handle(/** @type {CustomEvent} */ (event).detail));
    }
  }

  /** The message that is being answered in the conversation on screen, as it is now. @returns {Quote | null} */
  get current() {
    const { messenger } = this.#inbox;
    const text = messenger?.drafts.draft(this.#place) ?? "";
    if (text !== this.#read.text) this.#read = { text, quote: text ? JSON.parse(text) : null };
    const { quote } = this.#read;
    const loaded = quote && messenger?.store.histories.get(messenger.openId ?? "")?.messages.find(({ id }) => id === quote.id);
    return loaded ? quoteOf(loaded) : quote;
  }

  /** Keep it with the draft of the conversation on screen. @param {Quote | null} quote */
  keep(quote) {
    this.#inbox.messenger?.drafts.keepDraft(this.#place, quote ? JSON.stringify(quote) : "");
    this.#inbox.host.requestUpdate();
  }

  /** Return the quote for the message that is sent now, and forget it. */
  take() {
    const { current } = this;
    if (current) this.keep(null);
    return current;
  }

  /** @param {Message} message */
  #answer(message) {
    this.#inbox.set({ mode: "reply" });
    this.keep(quoteOf(message));
    this.#inbox.host.renderRoot.querySelector("conversation-thread")?.focusComposer();
  }

  get #place() {
    return `quote:${this.#inbox.messenger?.openId ?? ""}`;
  }
}
