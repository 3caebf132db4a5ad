/** @import { Me } from "#core/types.js" */

const SHOWN_MS = 5_000;
const SAID_EVERY_MS = 3_000;

/** Who is writing in the conversation on screen, and that this person is. Emits `change`. */
export class Typing extends EventTarget {
  /** The name of the other person who is writing. */
  name = "";
  /** They write a note. */
  isNote = false;

  #me;
  #say;
  #saidAt = 0;
  #until = 0;
  /** @type {string | null} */
  #conversation = null;

  /** @param {Pick<Me, "id">} me @param {(conversation: string, what: { note: boolean }) => Promise<unknown>} say */
  constructor(me, say) {
    super();
    this.#me = me;
    this.#say = say;
  }

  /** @param {string | null} conversation the one on screen */
  watch(conversation) {
    this.#conversation = conversation;
    this.name = "";
  }

  /** @param {{ note?: boolean }} [what] a note between colleagues, of which no client learns */
  say({ note = false } = {}) {
    const now = Date.now();
    if (!this.#conversation || now - this.#saidAt < SAID_EVERY_MS) return;
    this.#saidAt = now;
    // A typing signal may be lost.
    this.#say(this.#conversation, { note }).catch(() => {});
  }

  /** @param {string} type @param {any} data */
  onEvent(type, data) {
    const written = type === "message.created" ? data.message : type === "note.updated" ? data.note : null;
    if (written?.author.name === this.name) this.name = "";
    if (type !== "typing" || data.conversation !== this.#conversation || data.user.id === this.#me.id) return;
    this.name = data.user.name;
    this.isNote = data.note === true;
    this.#until = Date.now() + SHOWN_MS;
    setTimeout(() => this.#forget(), SHOWN_MS);
    this.#changed();
  }

  #forget() {
    if (!this.name || Date.now() < this.#until) return;
    this.name = "";
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
