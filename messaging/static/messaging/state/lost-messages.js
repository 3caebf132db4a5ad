/**
 * @import { Person } from "#core/types.js"
 * @import { History } from "./history.js"
 * @import { Store } from "./store.js"
 * @import { Message } from "../types.js"
 */

/**
 * The texts of one person that a page has shown and that the server does not have after a restore. A message between
 * two loaded pages counts as kept: a restore loses the newest ones.
 *
 * @param {Iterable<[string, History]>} held what was loaded before, by conversation
 * @param {{ store: Store, me: Pick<Person, "id"> }} now
 * @returns {Message[]}
 */
export function lostMessages(held, { store, me }) {
  return [...held].flatMap(([id, { messages, replaced }]) => {
    if (!store.conversations.has(id)) return [];
    return [...messages, ...replaced].filter((message) => message.author.id === me.id && message.body !== "" && !isKept(message, store));
  });
}

/** @param {Message} message @param {Store} store */
function isKept({ id, conversation, seq }, store) {
  const last = store.conversations.get(conversation)?.last_seq ?? 0;
  const loaded = store.histories.get(conversation)?.messages ?? [];
  if (seq > last) return false;
  const [first] = loaded;
  const isLoaded = first !== undefined && seq >= first.seq && seq <= (loaded.at(-1)?.seq ?? 0);
  return !isLoaded || loaded.some((message) => message.id === id);
}
