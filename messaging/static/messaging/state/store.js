import { ConversationMap } from "./conversation-map.js";
import { History } from "./history.js";

/**
 * @import { Me } from "#core/types.js"
 * @import { Changes, Conversation, ConversationForMe, Message, MessagePage, Note, ReadMark, Unread } from "../types.js"
 */

/**
 * The result of an event: `applied`; `stale`, already known; `gap`, events in between are missing and the changes
 * must be asked for; `unknown`, the conversation itself must be asked for.
 *
 * @typedef {"applied" | "stale" | "gap" | "unknown"} Outcome
 */

/**
 * The conversations, messages and counters of one person. It is the only place where events are applied. It sends
 * no requests: `sync.js` fetches what `apply` finds missing.
 *
 * The version of a conversation stands for everything stored about it, so an event is applied only if it carries the
 * next version. Emits `change` after each change.
 */
export class Store extends EventTarget {
  conversations = new ConversationMap();
  /** @type {Map<string, History>} */
  histories = new Map();
  /** @type {Map<string, Note[]>} */
  notes = new Map();
  /** Number of unread messages by conversation, without zeros. @type {Map<string, number>} */
  unread = new Map();
  /** @type {Map<string, number>} */
  unreadAfter = new Map();
  /** Conversations of the person that the server does not have yet. */
  waiting = new ConversationMap();

  /** Increased at each change of a counter. */
  #counterClock = 0;
  /** @type {Map<string, number>} */
  #counterMoments = new Map();

  /** The version of the last counter event, by conversation. An older event that arrives late is ignored. @type {Map<string, number>} */
  #counterVersions = new Map();

  /** Of the database that all of this comes from. */
  epoch;

  /** @param {Me} me */
  constructor(me) {
    super();
    this.me = me;
    this.epoch = me.epoch;
  }

  get unreadTotal() {
    return [...this.unread.values()].reduce((total, count) => total + count, 0);
  }

  /** Return those that the server has, and those that wait to be sent. @param {(conversation: Conversation) => boolean} [predicate] */
  list(predicate) {
    const all = this.#all();
    return predicate ? all.filter(predicate) : all;
  }

  #all() {
    const waiting = this.waiting.newest().filter(({ id }) => !this.conversations.has(id));
    return waiting.length > 0 ? [...waiting, ...this.conversations.newest()] : this.conversations.newest();
  }

  /** @param {string} id @returns {Conversation | null} */
  find(id) {
    return this.conversations.get(id) ?? this.waiting.get(id) ?? null;
  }

  /** The conversation of the newest known activity. @returns {Conversation | undefined} */
  get newest() {
    return this.conversations.newest()[0];
  }

  /** Show the conversations that wait to be sent, and no others. @param {Conversation[]} conversations */
  showWaiting(conversations) {
    this.waiting.clear();
    for (const conversation of conversations) this.waiting.set(conversation.id, conversation);
    this.#changed();
  }

  /**
   * Count what was read here before the server has confirmed it. Only where all later messages are known.
   *
   * @param {string} id
   * @param {number} seq
   */
  readHere(id, seq) {
    const history = this.histories.get(id);
    if (!history?.isLoaded || history.hasAfter || !this.unread.has(id)) return;
    const left = history.messages.filter((message) => message.seq > seq && message.author.id !== this.me.id && !message.deleted_at);
    this.setUnread(id, { unread_count: left.length, unread_after_seq: seq });
  }

  /** @param {string} id */
  historyOf(id) {
    let history = this.histories.get(id);
    if (!history) this.histories.set(id, (history = new History()));
    return history;
  }

  /**
   * Drop everything, because the server's database is another one: versions went back, and events would be ignored.
   *
   * @param {string} epoch the new one
   * @returns {Map<string, History>} the messages that were loaded
   */
  startAnew(epoch) {
    const held = this.histories;
    this.epoch = epoch;
    this.conversations = new ConversationMap();
    this.histories = new Map();
    this.notes = new Map();
    this.unread = new Map();
    this.unreadAfter = new Map();
    this.#counterMoments.clear();
    this.#counterVersions.clear();
    this.#changed();
    return held;
  }

  /** @param {Message} message @returns {boolean} whether it is loaded, or is the last one of its conversation */
  holds({ id, conversation }) {
    const loaded = this.histories.get(conversation)?.messages ?? [];
    return loaded.some((message) => message.id === id) || this.conversations.get(conversation)?.last_message?.id === id;
  }

  /** Drop the loaded messages of all conversations but some: each costs a request at every catch-up. @param {string[]} kept */
  forgetHistories(kept) {
    for (const id of this.histories.keys()) if (!kept.includes(id)) this.histories.delete(id);
  }

  /**
   * @param {string} type
   * @param {any} data
   * @returns {Outcome}
   */
  apply(type, data) {
    switch (type) {
      case "message.created":
      case "message.updated":
      case "attachment.updated":
        // A file without a message has no conversation, and nothing here shows it.
        if (!data.conversation) return "stale";
        return this.#applyNext(data.conversation, data.version, () => this.#moveMessage(data));
      case "conversation.created":
      case "conversation.updated":
        return this.#applyConversation(data, () => this.histories.get(data.conversation.id)?.addLines(data.lines));
      case "read.updated":
        return this.#applyNext(data.conversation, data.version, () => this.#moveReadMark(data.conversation, data));
      case "unread.updated":
        return this.#applyCounter(data);
      case "note.updated":
        return this.#applyNote(data);
      default:
        return "stale";
    }
  }

  /** Take conversations from answers to this person. Return the ids whose changes must be asked for. @param {ConversationForMe[]} conversations */
  mergeConversations(conversations) {
    /** @type {string[]} */
    const behind = [];
    for (const conversation of conversations) {
      const known = this.conversations.get(conversation.id);
      this.#takeCounters(conversation);
      // The row has no messages. Its version would hide that some of them are missing here.
      if (known && this.histories.has(known.id) && conversation.version > known.version) behind.push(known.id);
      else if (!known || conversation.version >= known.version) this.#keep(conversation);
    }
    this.#changed();
    return behind;
  }

  /**
   * @param {string} id
   * @param {MessagePage} page
   * @param {"before" | "after"} [side] the side of the loaded messages that was asked for
   */
  mergePage(id, page, side) {
    const history = this.historyOf(id);
    if (side && page.results.length === 0) history.end(side);
    else history.merge(page);
    this.#changed();
  }

  /**
   * Take all changes since a known version.
   *
   * @param {string} id
   * @param {Changes} changes
   */
  mergeChanges(id, changes) {
    for (const message of changes.messages.toSorted((a, b) => a.seq - b.seq)) {
      if (!changes.conversation) this.#append(message);
      this.#upsert(message);
    }
    this.histories.get(id)?.addLines(changes.lines);
    const known = this.conversations.get(id);
    if (!known || changes.version >= known.version) {
      if (changes.conversation) this.#keep(changes.conversation);
      this.#setVersion(id, changes.version);
    }
    if (changes.conversation) this.#takeCounters(changes.conversation);
    for (const mark of changes.read) this.#moveReadMark(id, mark);
    this.#changed();
  }

  /** Take the answer to a message that was sent, edited or deleted here. Its event may come before or after. @param {Message} message */
  mergeMessage(message) {
    this.#upsert(message);
    this.#changed();
  }

  /** A value to read before asking for all counters: see `mergeUnread`. */
  get counterMoment() {
    return this.#counterClock;
  }

  /**
   * Take all counters at once. A conversation that is absent has none. Counters that an event changed after `askedAt`
   * stay, because the answer may be older.
   *
   * @param {Unread} unread
   * @param {number} [askedAt]
   */
  mergeUnread(unread, askedAt = this.#counterClock) {
    const told = Object.entries(unread.conversations).filter(([id]) => !this.#countedAfter(id, askedAt));
    const kept = [...this.unread].filter(([id]) => this.#countedAfter(id, askedAt));
    this.unread = new Map([...told, ...kept]);
    this.#changed();
  }

  /**
   * @param {string} id
   * @param {{ unread_count: number, unread_after_seq?: number }} counter
   */
  setUnread(id, { unread_count, unread_after_seq }) {
    this.#counterMoments.set(id, ++this.#counterClock);
    if (unread_count > 0) this.unread.set(id, unread_count);
    else this.unread.delete(id);
    if (unread_after_seq !== undefined) this.unreadAfter.set(id, unread_after_seq);
    this.#changed();
  }

  /**
   * @param {string} id
   * @param {Note[]} notes
   */
  mergeNotes(id, notes) {
    this.notes.set(id, notes);
    this.#changed();
  }

  /**
   * @param {string} id
   * @param {number} version
   * @param {() => void} change
   * @returns {Outcome}
   */
  #applyNext(id, version, change) {
    const known = this.conversations.get(id);
    if (!known) return "unknown";
    if (version <= known.version) return "stale";
    if (version > known.version + 1) return "gap";
    change();
    this.#setVersion(id, version);
    this.#changed();
    return "applied";
  }

  /** @param {{ conversation: Conversation, version: number }} data @param {() => void} addLines */
  #applyConversation({ conversation, version }, addLines) {
    const known = this.conversations.get(conversation.id);
    const change = () => (addLines(), this.#keep(conversation));
    // A conversation without messages can miss none. With messages, they come as events of their own.
    if (known) return this.#applyNext(conversation.id, version, change);
    change();
    this.#changed();
    return /** @type {const} */ ("applied");
  }

  /** @param {{ conversation: string, version: number, unread_count: number, unread_after_seq: number }} data */
  #applyCounter(data) {
    if (data.version < (this.#counterVersions.get(data.conversation) ?? 0)) return /** @type {const} */ ("stale");
    this.#counterVersions.set(data.conversation, data.version);
    this.setUnread(data.conversation, data);
    return /** @type {const} */ ("applied");
  }

  /** @param {{ conversation: string, note: Note, deleted: boolean }} data */
  #applyNote({ conversation, note, deleted }) {
    const notes = this.notes.get(conversation);
    if (!notes) return /** @type {const} */ ("stale");
    const others = notes.filter((known) => known.id !== note.id);
    const all = deleted ? others : [...others, note];
    this.mergeNotes(conversation, all.sort((a, b) => a.created_at.localeCompare(b.created_at)));
    return /** @type {const} */ ("applied");
  }

  /** @param {{ conversation: string, message: Message, state: Partial<Conversation> }} data */
  #moveMessage({ conversation: id, message, state }) {
    const known = /** @type {Conversation} */ (this.conversations.get(id));
    this.conversations.set(id, { ...known, ...state });
    this.#upsert(message);
  }

  /**
   * Update a conversation after a new message, because the changes contain only the message.
   *
   * @param {Message} message
   */
  #append({ conversation: id, seq, created_at, author }) {
    const known = this.conversations.get(id);
    if (!known || seq <= known.last_seq) return;
    const awaiting_reply_since = author.role === "client" ? (known.awaiting_reply_since ?? created_at) : null;
    const moved = { status: /** @type {const} */ ("open"), last_seq: seq, last_activity_at: created_at, awaiting_reply_since };
    this.conversations.set(id, { ...known, ...moved });
  }

  /** @param {Message} message */
  #upsert(message) {
    this.histories.get(message.conversation)?.upsert(message);
    const conversation = this.conversations.get(message.conversation);
    const last = conversation?.last_message;
    if (!conversation || (last && (last.seq > message.seq || last.version > message.version))) return;
    this.conversations.set(conversation.id, { ...conversation, last_message: message });
  }

  /**
   * @param {string} id
   * @param {ReadMark} mark
   */
  #moveReadMark(id, { user, last_read_seq }) {
    const known = this.conversations.get(id);
    if (!known) return;
    const participants = known.participants.map((person) =>
      person.id === user ? { ...person, last_read_seq: Math.max(last_read_seq, person.last_read_seq) } : person,
    );
    this.conversations.set(id, { ...known, participants });
  }

  /** @param {ConversationForMe} conversation */
  #keep({ unread_count: _count, unread_after_seq: _after, ...conversation }) {
    this.conversations.set(conversation.id, conversation);
    this.#forgetCounterOfBystander(conversation);
  }

  /** Remove the counter of a conversation in which this person does not take part. No counter event says so. @param {Conversation} conversation */
  #forgetCounterOfBystander({ id, participants }) {
    const takesPart = participants.some((person) => person.id === this.me.id);
    if (!takesPart && this.unread.has(id)) this.setUnread(id, { unread_count: 0 });
  }

  /** @param {ConversationForMe} conversation */
  #takeCounters({ id, version, unread_count, unread_after_seq }) {
    if (unread_count === undefined || version < (this.#counterVersions.get(id) ?? 0)) return;
    this.#counterVersions.set(id, version);
    this.setUnread(id, { unread_count, unread_after_seq });
  }

  /**
   * @param {string} id
   * @param {number} moment
   */
  #countedAfter(id, moment) {
    return (this.#counterMoments.get(id) ?? 0) > moment;
  }

  /**
   * @param {string} id
   * @param {number} version
   */
  #setVersion(id, version) {
    const known = this.conversations.get(id);
    if (known) this.conversations.set(id, { ...known, version });
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
