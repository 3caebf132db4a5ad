import { request } from "#core/api.js";

/**
 * A quiet sound for a new message, of the company's pages: off until somebody switches it on, on this device.
 *
 * @import { Message, Conversation } from "../types.js"
 */

const KEY = "liaison:sound";
// Two soft notes, a fifth apart: nobody jumps, and a phone's small speaker plays them.
const NOTES = [659.3, 987.8];
const NOTE_SECONDS = 0.16;
const LOUDNESS = 0.05;
// Ten messages at once are one sound.
const QUIET_MS = 3_000;

/** @returns {boolean} */
export function isSoundOn() {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

/** @param {boolean} isOn */
export function switchSound(isOn) {
  try {
    if (isOn) localStorage.setItem(KEY, "on");
    else localStorage.removeItem(KEY);
  } catch {
    // A browser without storage plays none.
  }
}

/**
 * Tell whether a new message is heard: one of somebody else, in a conversation that the person takes part in and does not
 * read at this moment.
 *
 * @param {Pick<Message, "author" | "conversation">} message
 * @param {{ me: string, conversation: Pick<Conversation, "participants"> | null, openId: string | null, hasFocus: boolean }} now
 */
export function isHeard(message, { me, conversation, openId, hasFocus }) {
  if (message.author.id === me) return false;
  if (!conversation?.participants.some(({ id }) => id === me)) return false;
  return !(hasFocus && openId === message.conversation);
}

export class MessageSound {
  #lastAt = -Infinity;
  /** Made at the first sound: a page that plays none needs none. @type {AudioContext | null} */
  #audio = null;
  /** The event of a message comes twice. @type {Set<string>} */
  #known = new Set();

  /** Play none for a message, also when its event comes again. @param {Pick<Message, "id">} message */
  pass({ id }) {
    this.#known.add(id);
  }

  /**
   * Play it for a message, unless the conversation is muted. Of several tabs one plays, and none if the person reads the
   * conversation in one of them.
   *
   * @param {Pick<Message, "id" | "conversation">} message
   * @param {{ isHeard: boolean }} options
   */
  async playFor(message, { isHeard }) {
    if (this.#known.has(message.id)) return;
    this.#known.add(message.id);
    const name = `liaison:sound:${message.id}`;
    if (!isHeard) return claimed(name, () => {});
    if (await isMuted(message.conversation)) return;
    await claimed(name, () => this.#playOnce());
  }

  #playOnce() {
    const now = performance.now();
    if (now - this.#lastAt < QUIET_MS) return;
    this.#lastAt = now;
    this.play();
  }

  play() {
    this.#audio ??= new AudioContext();
    // A browser plays nothing before the person has touched the page.
    void this.#audio.resume();
    NOTES.forEach((pitch, index) => note(/** @type {AudioContext} */ (this.#audio), pitch, index * NOTE_SECONDS));
  }
}

/** @param {AudioContext} audio @param {number} pitch @param {number} after */
function note(audio, pitch, after) {
  const start = audio.currentTime + after;
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + NOTE_SECONDS * 2);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + NOTE_SECONDS * 2);
}

/** @param {string} conversation @returns {Promise<boolean>} */
async function isMuted(conversation) {
  try {
    return (await request("GET", `/conversations/${conversation}/mute`)).muted;
  } catch {
    return false;
  }
}

/** Act unless another tab has: it holds a lock of this name for a while. @param {string} name @param {() => void} act */
async function claimed(name, act) {
  if (!("locks" in navigator)) return act();
  await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    act();
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  });
}
