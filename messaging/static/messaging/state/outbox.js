import { ApiError } from "#core/api.js";
import { backoff } from "#core/backoff.js";
import { uuid7 } from "#core/uuid.js";

import { alone, markSent, sentJustNow } from "./outbox-lock.js";
import { laneOf, merged } from "./pending.js";

/**
 * @import { LocalDrafts } from "./local-drafts.js"
 * @import { Extra, Message, Pending, Quote } from "../types.js"
 *
 * @typedef {Omit<Pending, "created_at" | "state" | "error">} Draft what `add` takes
 */

/** What waits for a login. @type {Pick<Pending, "state" | "needsLogin">} */
const LOGGED_OUT = { state: "waiting", needsLogin: true };

/**
 * What the person has written and the server has not confirmed: messages, conversations, edits, deletions, notes and
 * read marks. Each has its id from the first try on, so that sending it again after a lost answer does not double it.
 * What belongs to one conversation is sent one by one, in order; conversations do not wait for each other. Of all tabs
 * of a person one sends, and all show the same.
 *
 * Emits `change`, `sent` with {pending, answer}, and `session-ended` when the server does not know the person any more:
 * then everything waits for `resume`.
 */
export class Outbox extends EventTarget {
  /** @type {Pending[]} oldest first */
  all = [];

  #send;
  #drafts;
  #person;
  #locks;
  #isPaused = false;
  /** The server does not know the person any more. */
  #isLoggedOut = false;
  /** Lanes with a request under way. @type {Set<string>} */
  #busy = new Set();
  /** @type {Map<string, number>} */
  #attempts = new Map();
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();
  /** The time before which the server wants no further request, by lane. @type {Map<string, number>} */
  #notBefore = new Map();

  /**
   * @param {object} options
   * @param {(pending: Pending) => Promise<unknown>} options.send
   * @param {LocalDrafts} options.drafts
   * @param {string} [options.person] names the locks
   * @param {LockManager | null} [options.locks] null: of this page alone
   */
  constructor({ send, drafts, person = "", locks = globalThis.navigator?.locks }) {
    super();
    this.#send = send;
    this.#drafts = drafts;
    this.#person = person;
    this.#locks = locks;
  }

  get #queue() {
    return { person: this.#person, locks: this.#locks };
  }

  /** Messages and first messages. */
  get messages() {
    return this.all.filter(({ kind = "message" }) => kind === "message" || kind === "conversation");
  }

  /** What the person has not seen arrive, without read marks. */
  get waiting() {
    return this.all.filter(({ kind, state }) => state !== "failed" && kind !== "read");
  }

  /** Messages, notes and changes that exist only in this page, because the device could not keep them. */
  get unkept() {
    return this.waiting.filter(({ isUnkept }) => isUnkept);
  }

  /** Show what earlier pages and other tabs have not sent. It is sent after `resume`. @param {AbortSignal} [signal] ends the listening */
  load(signal) {
    this.#isPaused = true;
    this.#reload();
    if (signal) this.#drafts.onUnsentElsewhere(() => (this.#reload(), this.flush()), signal);
  }

  /** Send nothing more, because the page is closing. */
  stop() {
    this.#isPaused = true;
    this.#timers.forEach(clearTimeout);
  }

  /** Send what waits: the files are known, or the person has logged in again. */
  resume() {
    this.#isPaused = false;
    this.#isLoggedOut = false;
    this.all = this.all.map((pending) => (pending.needsLogin ? { ...pending, needsLogin: false } : pending));
    this.flush();
  }

  /**
   * Send a message.
   *
   * @param {string} conversation
   * @param {string} body
   * @param {string[]} [attachments] ids of files, which may still be uploading
   * @param {Quote | null} [quoted] the message that it answers
   * @param {Extra} [extra] what is done with it
   */
  add(conversation, body, attachments = [], quoted = null, extra) {
    this.put({ kind: "message", id: uuid7(), conversation, body, attachments, quoted, extra });
  }

  /** Send something. What has the id of something that waits takes its place. @param {Draft} draft */
  put(draft) {
    const earlier = this.all.find(({ id }) => id === draft.id);
    /** @type {Pending} */
    const pending = { ...merged(earlier, draft), created_at: earlier?.created_at ?? this.#now(), state: "sending", error: "" };
    const lane = laneOf(pending);
    // Behind something that waits, it waits too.
    if (this.all.some((each) => each.state === "waiting" && laneOf(each) === lane)) pending.state = "waiting";
    this.#keep(pending);
    this.#show(pending.id, this.#isLoggedOut ? LOGGED_OUT : {});
    void this.#work(lane);
  }

  /**
   * Offer a message of the person's that the server has lost to be sent again, under its id. Its files are lost too.
   *
   * @param {Message} lost
   * @param {string} error why it is here
   */
  offer({ id, conversation, body, quoted, created_at }, error) {
    if (this.all.some((pending) => pending.id === id)) return;
    this.#keep({ kind: "message", id, conversation, body, attachments: [], quoted, created_at, state: "failed", error });
    this.#changed();
  }

  /** @param {string} conversation */
  of(conversation) {
    return this.all.filter((pending) => pending.conversation === conversation);
  }

  /** @param {string} id */
  find(id) {
    return this.all.find((pending) => pending.id === id);
  }

  /** Try everything that waits now: the network is back, or the person asks. */
  flush() {
    // There may be room again.
    this.unkept.forEach((pending) => this.#keep(pending));
    for (const lane of new Set(this.all.map(laneOf))) void this.#work(lane);
  }

  /** @param {string} id */
  retry(id) {
    const pending = this.find(id);
    if (!pending) return;
    this.#keep({ ...pending, state: "sending", error: "" });
    this.#show(id, this.#isLoggedOut ? LOGGED_OUT : {});
    void this.#work(laneOf(pending));
  }

  /** Remove something: the server has it (its event may come before the answer), or the person dropped it. @param {string} id */
  forget(id) {
    this.#drafts.forgetUnsent(id);
    this.#drop(id);
  }

  /** Show it no more. What the device keeps under this id may be newer. @param {string} id */
  #drop(id) {
    if (!this.find(id)) return;
    this.all = this.all.filter((pending) => pending.id !== id);
    this.#changed();
  }

  /** @param {string} lane */
  async #work(lane) {
    if (this.#busy.has(lane) || this.#isPaused || this.#mustWait(lane)) return;
    this.#busy.add(lane);
    clearTimeout(this.#timers.get(lane));
    let isEmptied = false;
    try {
      isEmptied = await alone({ ...this.#queue, lane }, () => this.#empty(lane));
    } finally {
      this.#busy.delete(lane);
    }
    // Something may have come while the lock was given back.
    if (isEmptied && this.#next(lane)) void this.#work(lane);
  }

  /** @param {string} lane @returns {Promise<boolean>} false if something waits */
  async #empty(lane) {
    // Another tab may have sent some of it while this one waited for the lock.
    this.#reload();
    const isSent = await sentJustNow(this.#queue);
    for (let next; (next = this.#next(lane)); ) {
      if (isSent(next)) this.#drop(next.id);
      else if (!(await this.#try(next))) return false;
    }
    return true;
  }

  /** Skip what was refused, so that later things can be sent; but nothing goes to a conversation that was refused. @param {string} lane */
  #next(lane) {
    const queue = this.all.filter((pending) => laneOf(pending) === lane);
    if (queue.some(({ kind, state }) => kind === "conversation" && state === "failed")) return undefined;
    return queue.find(({ state }) => state !== "failed");
  }

  /**
   * @param {Pending} pending
   * @returns {Promise<boolean>} true if the next one may be sent
   */
  async #try(pending) {
    this.#show(pending.id, { state: "sending" });
    try {
      const answer = await this.#send(pending);
      const lane = laneOf(pending);
      this.#attempts.delete(lane);
      this.#notBefore.delete(lane);
      this.settle(pending, answer);
      await markSent(this.#queue, pending);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) return this.#postpone(pending, error);
      if (error.isOfSession) return this.#pause(pending);
      return error.isTemporary ? this.#postpone(pending, error) : this.#refuse(pending, error);
    }
  }

  /** Take the answer to something that was sent, here or by the service worker. @param {Pending} pending as it was sent @param {unknown} answer */
  settle(pending, answer) {
    const now = this.find(pending.id);
    // The person may have changed it again during the request.
    if (!now || (now.body === pending.body && now.seq === pending.seq)) this.forget(pending.id);
    this.dispatchEvent(new CustomEvent("sent", { detail: { pending, answer } }));
  }

  /**
   * @param {Pending} pending
   * @param {ApiError} error
   */
  #refuse(pending, error) {
    const now = this.find(pending.id);
    // A read mark that is refused is no loss, and nothing that a person could change.
    if (pending.kind === "read") this.forget(pending.id);
    else if (now) this.#keep({ ...now, state: "failed", error: error.message });
    this.#changed();
    return true;
  }

  /** Stop until `resume`. @param {Pending} pending */
  #pause({ id }) {
    this.#isPaused = true;
    this.#isLoggedOut = true;
    this.all = this.all.map((pending) => (pending.state === "failed" ? pending : { ...pending, ...LOGGED_OUT }));
    this.#show(id, { isRetried: true });
    this.dispatchEvent(new Event("session-ended"));
    return false;
  }

  /**
   * @param {Pending} pending
   * @param {unknown} error
   */
  #postpone(pending, error) {
    const lane = laneOf(pending);
    this.#wait(lane);
    const attempt = this.#attempts.get(lane) ?? 0;
    this.#attempts.set(lane, attempt + 1);
    const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
    this.#notBefore.set(lane, Date.now() + asked);
    this.#later(lane, Math.max(asked, backoff(attempt)));
    return false;
  }

  /** Show that all of a lane waits. @param {string} lane */
  #wait(lane) {
    const isWaiting = (/** @type {Pending} */ pending) => pending.state !== "failed" && laneOf(pending) === lane;
    this.all = this.all.map((pending) => (isWaiting(pending) ? { ...pending, state: "waiting", isRetried: true } : pending));
    this.#changed();
  }

  /** Wait for the time that the server has asked for, also when the network comes back. @param {string} lane */
  #mustWait(lane) {
    const rest = (this.#notBefore.get(lane) ?? 0) - Date.now();
    if (rest > 0) this.#later(lane, rest);
    return rest > 0;
  }

  /** @param {string} lane @param {number} ms */
  #later(lane, ms) {
    clearTimeout(this.#timers.get(lane));
    this.#timers.set(lane, setTimeout(() => void this.#work(lane), ms));
  }

  /** Take what the device keeps, which other tabs write too. What it could not keep stays. */
  #reload() {
    const known = new Map(this.all.map((pending) => [pending.id, pending]));
    const stored = this.#drafts.unsent().map((pending) => {
      const { state, needsLogin } = known.get(pending.id) ?? {};
      return pending.state === "failed" || !state || state === "failed" ? pending : { ...pending, state, needsLogin };
    });
    const unkept = this.all.filter(({ isUnkept }) => isUnkept);
    this.all = [...stored, ...unkept].sort((a, b) => a.created_at.localeCompare(b.created_at));
    this.#changed();
  }

  /** @param {Pending} pending */
  #keep({ isUnkept: _, ...pending }) {
    const isKept = this.#drafts.keepUnsent(pending);
    const kept = isKept ? pending : { ...pending, isUnkept: true };
    const index = this.all.findIndex(({ id }) => id === pending.id);
    this.all = index < 0 ? [...this.all, kept] : this.all.with(index, kept);
  }

  /** Change what this page shows, and other tabs need not know. @param {string} id @param {Partial<Pick<Pending, "state" | "isRetried" | "needsLogin">>} change */
  #show(id, change) {
    this.all = this.all.map((pending) => (pending.id === id ? { ...pending, ...change } : pending));
    this.#changed();
  }

  /** A time after all others here, even if the clock of the device goes back. */
  #now() {
    const last = Math.max(0, ...this.all.map(({ created_at }) => Date.parse(created_at) + 1));
    return new Date(Math.max(Date.now(), last)).toISOString();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
