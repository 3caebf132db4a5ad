import { access } from "#core/session.js";

/** @import { ConversationList } from "../components/conversation-list.js" */

/** Let the page's first link, which skips the bar, lead to the first row instead of all that stands before it. @param {() => ConversationList | null} list */
export function skipToList(list) {
  if (!access.isOurs) return;
  document.querySelector(".skip-link")?.addEventListener("click", (event) => {
    const first = list()?.conversations[0];
    if (!first || !list()?.focusRow(list()?.selected || first.id)) return;
    event.preventDefault();
  });
}
