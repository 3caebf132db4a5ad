/** @import { Me } from "#core/types.js" */

const SAID_EVERY_MS = 20_000;
// Two that were lost in a row.
const SHOWN_MS = 50_000;
// Requests overtake each other: what a page said before it was left may come after its goodbye.
const OVERTAKEN_MS = 5_000;

/** @typedef {{ is_here: boolean, asks?: boolean }} Presence */

/**
 * Which colleagues have the conversation on screen, and that this person has. Nothing is recorded: each page says it again,
 * and one that opens a conversation asks who is there. Emits `change`.
 */
export class Viewing extends EventTarget {
  #me;
  #say;
  /** @type {string | null} */
  #conversation = null;
  /** The names and until when they are shown, by id. @type {Map<string, { name: string, until: number }>} */
  #others = new Map();
  /** When colleagues said goodbye, by id. @type {Map<string, number>} */
  #leftAt = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /** @param {Pick<Me, "id">} me @param {(conversation: string, presence: Presence) => Promise<unknown>} say */
  constructor(me, say) {
    super();
    this.#me = me;
    this.#say = say;
  }

  /** The names of the colleagues, in the order in which they came. @returns {string[]} */
  get names() {
    return [...this.#others.values()].map(({ name }) => name);
  }

  /** @param {string | null} conversation the one on a screen that is looked at; null for none */
  watch(conversation) {
    if (conversation === this.#conversation) return;
    if (this.#conversation) this.#tell(this.#conversation, { is_here: false });
    clearInterval(this.#timer);
    this.#conversation = conversation;
    this.#others.clear();
    this.#leftAt.clear();
    if (conversation) {
      this.#tell(conversation, { is_here: true, asks: true });
      this.#timer = setInterval(() => this.#goOn(), SAID_EVERY_MS);
    }
    this.#changed();
  }

  /** @param {string} type @param {any} data */
  onEvent(type, data) {
    if (type !== "viewing" || data.conversation !== this.#conversation || data.user.id === this.#me.id) return;
    // Who opens the conversation asks, and is there.
    const isOvertaken = data.is_here && !data.asks && Date.now() - (this.#leftAt.get(data.user.id) ?? 0) < OVERTAKEN_MS;
    if (isOvertaken) return;
    if (data.is_here) this.#others.set(data.user.id, { name: data.user.name, until: Date.now() + SHOWN_MS });
    else this.#leave(data.user.id);
    if (data.asks) this.#tell(data.conversation, { is_here: true });
    this.#changed();
  }

  /** @param {string} id */
  #leave(id) {
    this.#others.delete(id);
    this.#leftAt.set(id, Date.now());
  }

  #goOn() {
    if (this.#conversation) this.#tell(this.#conversation, { is_here: true });
    const now = Date.now();
    for (const [id, { until }] of this.#others) if (until < now) this.#others.delete(id);
    this.#changed();
  }

  /** @param {string} conversation @param {Presence} presence */
  #tell(conversation, presence) {
    // It may be lost: the next one comes.
    this.#say(conversation, presence).catch(() => {});
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
