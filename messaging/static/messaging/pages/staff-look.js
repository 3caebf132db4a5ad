import { html } from "lit";

import "../components/staff-row.js";

/**
 * @import { Look } from "../components/conversation-list.js"
 * @import { Conversation } from "../types.js"
 * @import { InboxController } from "./inbox-controller.js"
 * @import { Selection } from "./selection.js"
 */

/**
 * Return a function that says how the company's rows look: the same object until another row is selected, so that the list
 * renders its rows again only then.
 *
 * @param {InboxController} inbox
 * @param {() => Selection | null} selected null: rows cannot be selected yet
 * @returns {() => Look}
 */
export function staffLook(inbox, selected) {
  /** @type {Set<string> | undefined} */
  let ids;
  let isOn = false;
  /** @type {Look | null} */
  let look = null;
  return () => {
    const selection = selected();
    if (look && ids === selection?.ids && isOn === (selection?.isOn ?? false)) return look;
    ids = selection?.ids;
    isOn = selection?.isOn ?? false;
    return (look = lookOf(inbox, selection));
  };
}

/** @param {InboxController} inbox @param {Selection | null} selection @returns {Look} */
function lookOf(inbox, selection) {
  const row = (/** @type {Conversation} */ conversation, /** @type {number} */ unread) =>
    html`<staff-row .conversation=${conversation} .me=${inbox.messenger?.me ?? null} count=${unread}></staff-row>`;
  return selection ? { row, before: boxOf(selection) } : { row };
}

/** @param {Selection} selection */
function boxOf({ ids, isOn }) {
  return (/** @type {Conversation} */ { id, subject }) =>
    html`<row-check class="before ${isOn ? "is-shown" : ""}" conversation=${id} subject=${subject} ?checked=${ids.has(id)}></row-check>`;
}
