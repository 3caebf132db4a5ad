import { ApiError, NetworkError, request } from "#core/api.js";
import { backoff, wait } from "#core/backoff.js";
import { locale } from "#core/i18n/index.js";

import { getUnread, listConversations } from "../messaging-api.js";

/**
 * @import { FirstState } from "../types.js"
 * @import { InboxController } from "./inbox-controller.js"
 */

/** The inboxes whose first state is on its way. @type {WeakSet<InboxController>} */
const loading = new WeakSet();

/** Ask for what the server writes into its own pages. @returns {Promise<FirstState>} */
export async function firstState() {
  const [me, conversations, unread] = await Promise.all([request("GET", "/me"), listConversations({}), getUnread()]);
  return { me, conversations, unread, conversation: null, messages: null };
}

/** Give an inbox its first state, as soon as network and login allow. @param {InboxController} inbox */
export async function loaded(inbox) {
  if (loading.has(inbox)) return;
  loading.add(inbox);
  const { host } = inbox;
  host.lang = locale();
  for (let attempt = 0; host.isConnected && !host.first; attempt++) {
    host.first = await firstState().catch((error) => told(inbox, error));
    if (!host.first) await wait(backoff(attempt));
  }
  loading.delete(inbox);
}

/** @param {InboxController} inbox @param {unknown} error @returns {null} */
function told(inbox, error) {
  const isOver = error instanceof ApiError && error.isOfSession;
  if (isOver) inbox.endSession();
  else if (!(error instanceof NetworkError)) inbox.tell(error);
  return null;
}
