/** @import { Conversation } from "../types.js" */

/**
 * The conversations by id, and the list of those that are not archived. It is sorted at the first question after a change:
 * most changes on a page are of other things.
 *
 * @extends {Map<string, Conversation>}
 */
export class ConversationMap extends Map {
  /** @type {Conversation[] | null} */
  #newest = null;

  /** @override @param {string} id @param {Conversation} conversation */
  set(id, conversation) {
    this.#newest = null;
    return super.set(id, conversation);
  }

  /** @override @param {string} id */
  delete(id) {
    this.#newest = null;
    return super.delete(id);
  }

  /** @override */
  clear() {
    this.#newest = null;
    super.clear();
  }

  /** Return the list, newest activity first: the same array until a conversation changes. */
  newest() {
    return (this.#newest ??= [...this.values()].filter(({ archived_at }) => !archived_at).sort(byActivity));
  }
}

// Moments of one form and zone: comparing them as texts of a language takes ten times as long.
/** @param {Conversation} one @param {Conversation} other */
function byActivity({ last_activity_at: one }, { last_activity_at: other }) {
  return one < other ? 1 : one > other ? -1 : 0;
}
