import { ApiError, NetworkError } from "#core/api.js";

import * as api from "./notifications-api.js";

/** @import { DeliveryState, PersonDelivery } from "./types.js" */

/** The steps, from the first to the last. @type {Exclude<DeliveryState, "undelivered">[]} */
export const STEPS = ["sent", "emailed", "received", "read"];

// Elements of one page of history appear within a few frames. Wait for them and ask once.
const GATHER_MS = 40;

// One request asks about as many messages as a page of history has. The server answers for 200 at once.
const SPAN = 100;

/** @typedef {{ conversation: string, id: string, seq: number }} MessagePosition */

/**
 * How far the messages on screen have come, for each person. It asks for all of them together, and updates them from
 * the events of the page's stream. Emits `change` {ids}.
 */
export class Deliveries extends EventTarget {
  /** @type {Map<string, PersonDelivery[]>} */
  #known = new Map();
  /** The messages on screen, by id. @type {Map<string, MessagePosition>} */
  #watched = new Map();
  /** The time of the last news about each message. An answer to an earlier request is older. @type {Map<string, number>} */
  #moments = new Map();
  #clock = 0;
  /** The ids to ask for. @type {Set<string>} */
  #asked = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {{ ask?: typeof api.deliveriesBetween, target?: EventTarget }} [options] */
  constructor({ ask = api.deliveriesBetween, target = window } = {}) {
    super();
    this.#ask = ask;
    target.addEventListener("live-event", (event) => this.#hear(/** @type {CustomEvent} */ (event).detail));
    target.addEventListener("live-open", () => this.#askAll());
  }

  #ask;

  /** @param {string} id */
  of(id) {
    return this.#known.get(id) ?? null;
  }

  /** @param {MessagePosition} position the position of a message that appeared on screen */
  watch(position) {
    this.#watched.set(position.id, position);
    this.#askSoon(position.id);
  }

  /** @param {string} id */
  forget(id) {
    this.#watched.delete(id);
    this.#known.delete(id);
    this.#moments.delete(id);
  }

  /** @param {string} id @param {PersonDelivery[]} deliveries as the server reported them at `moment` */
  put(id, deliveries, moment = ++this.#clock) {
    if (!this.#watched.has(id) || moment < (this.#moments.get(id) ?? 0)) return;
    const known = this.#known.get(id);
    this.#known.set(id, known ? deliveries.map((each) => furthestStep(known, each)) : deliveries);
    this.#moments.set(id, moment);
    this.#changed([id]);
  }

  /** @param {{ type: string, data: any }} event */
  #hear({ type, data }) {
    if (type === "delivery.updated") this.put(data.message, data.deliveries);
    if (type === "read.updated") this.#read(data);
    if (type === "resync") this.#askAll();
  }

  /** @param {{ conversation: string, user: string, last_read_seq: number, at: string | null }} mark */
  #read({ conversation, user, last_read_seq, at }) {
    const moved = [...this.#watched.values()].filter((position) => position.conversation === conversation && position.seq <= last_read_seq);
    for (const { id } of moved) {
      const known = this.#known.get(id);
      if (known) this.put(id, known.map((each) => (each.person.id === user ? asRead(each, at) : each)));
      else this.#askSoon(id);
    }
  }

  #askAll() {
    for (const id of this.#watched.keys()) this.#askSoon(id);
  }

  /** @param {string} id */
  #askSoon(id) {
    this.#asked.add(id);
    this.#timer ??= setTimeout(() => void this.#askNow(), GATHER_MS);
  }

  async #askNow() {
    this.#timer = undefined;
    const positions = [...this.#asked].flatMap((id) => this.#watched.get(id) ?? []);
    this.#asked.clear();
    await Promise.all(spansOf(positions).map((span) => this.#askSpan(span)));
  }

  /** @param {Span} span */
  async #askSpan({ conversation, first, last }) {
    const askedAt = ++this.#clock;
    try {
      const { results } = await this.#ask(conversation, first, last);
      results.forEach(({ message, deliveries }) => this.put(message, deliveries, askedAt));
    } catch (error) {
      // Deliveries are not essential. They are asked for again when the stream opens.
      if (!(error instanceof ApiError) && !(error instanceof NetworkError)) throw error;
    }
  }

  /** @param {string[]} ids */
  #changed(ids) {
    this.dispatchEvent(new CustomEvent("change", { detail: { ids } }));
  }
}

/**
 * @typedef {{ conversation: string, first: number, last: number }} Span
 * @param {MessagePosition[]} positions
 * @returns {Span[]} as few as the server allows
 */
function spansOf(positions) {
  /** @type {Span[]} */
  const spans = [];
  for (const { conversation, seq } of positions.toSorted((a, b) => a.seq - b.seq)) {
    const span = spans.find((each) => each.conversation === conversation && seq - each.first < SPAN);
    if (span) span.last = seq;
    else spans.push({ conversation, first: seq, last: seq });
  }
  return spans;
}

/**
 * Return the state of a person after another report. Two workers may report in the wrong order, so a step that was
 * reached stays.
 *
 * @param {PersonDelivery[]} known
 * @param {PersonDelivery} told
 */
function furthestStep(known, told) {
  const before = known.find(({ person }) => person.id === told.person.id);
  if (!before) return told;
  // An email that came back is news about the same email, unless another one left since.
  if (cameBack(told) && before.state === "emailed") return isBefore(told, before) ? before : told;
  if (cameBack(before) && told.state === "emailed") return isBefore(told, before) ? before : told;
  return stepOf(before) > stepOf(told) ? before : told;
}

/** @param {PersonDelivery} delivery */
function cameBack({ state, at }) {
  return state === "undelivered" && Boolean(at);
}

/** @param {PersonDelivery} one @param {PersonDelivery} other */
function isBefore(one, other) {
  return Date.parse(one.at ?? "") < Date.parse(other.at ?? "");
}

/** A message that was only sent may still turn out undelivered. @param {PersonDelivery} delivery */
function stepOf({ state }) {
  return state === "undelivered" ? STEPS.indexOf("sent") : STEPS.indexOf(state);
}

/** @param {PersonDelivery} delivery @param {string | null} [at] @returns {PersonDelivery} */
function asRead(delivery, at = null) {
  return delivery.state === "read" ? delivery : { ...delivery, state: "read", at, reason: "" };
}
