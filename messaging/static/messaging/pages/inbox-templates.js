import { html, nothing } from "lit";

import "#attachments/components/attachment-gallery.js";
import "#core/components/connection-banner.js";
import { icons } from "#core/icons.js";

import "../components/conversation-form.js";
import "../components/conversation-list.js";
import "../components/conversation-thread.js";
import { t } from "../i18n/index.js";
import { NEW_CONVERSATION } from "../state/messenger.js";

/**
 * @import { Conversation, Note } from "../types.js"
 * @import { InboxController } from "./inbox-controller.js"
 */

/** The parts that both inboxes show. */

/** @param {InboxController} inbox */
export function banner({ messenger }) {
  return html`<connection-banner ?disconnected=${!messenger?.isConnected}></connection-banner>`;
}

/** @param {InboxController} inbox */
export function overlays({ notice }) {
  return html`<div class="toast" role="alert">${notice ? html`<p>${notice}</p>` : nothing}</div>
    <attachment-gallery></attachment-gallery>`;
}

/** @param {InboxController} inbox */
export function newLink({ host, navigation }) {
  return html`<a class="icon-button new" href=${`${host.base}/new`} aria-label=${t("newConversation")} title=${t("newConversation")}
    @click=${(/** @type {MouseEvent} */ event) => navigation.openForm(event)}>${icons.plus}</a>`;
}

export function nothingOpen() {
  return html`<div class="empty">${icons.crane}<h2>${t("pickTitle")}</h2><p>${t("pickText")}</p></div>`;
}

/**
 * @param {InboxController} inbox
 * @param {Conversation[]} conversations
 */
export function conversationList({ host, messenger, next }, conversations) {
  return html`<conversation-list
    .conversations=${conversations}
    .unread=${new Map(messenger?.store.unread)}
    .me=${messenger?.me}
    selected=${messenger?.openId ?? ""}
    base=${host.base}
    ?has-more=${next !== null}
  ></conversation-list>`;
}

/**
 * @param {InboxController} inbox
 * @param {{ notes?: Note[], detailsOpen?: boolean }} [options]
 */
export function thread(inbox, { notes = [], detailsOpen = false } = {}) {
  const { messenger, navigation, mode } = inbox;
  const conversation = messenger?.conversation;
  if (!messenger || !conversation) return nothing;
  const history = messenger.store.histories.get(conversation.id);
  return html`<conversation-thread
    .conversation=${conversation}
    .history=${history}
    .messages=${history?.messages}
    .pending=${messenger.outbox.of(conversation.id)}
    .notes=${notes}
    .me=${messenger.me}
    .unreadAfter=${messenger.unreadAfter}
    .draft=${messenger.drafts.draft(inbox.draftPlace(mode))}
    mode=${mode}
    typing=${messenger.typing?.name ?? ""}
    .sendings=${messenger.uploader.sendings}
    .target=${navigation.target}
    files=${navigation.files}
    ?details-open=${detailsOpen}
    ><mute-button slot="actions" conversation=${conversation.id}></mute-button
  ></conversation-thread>`;
}

/** @param {InboxController} inbox */
export function newConversationForm({ messenger, chantiers, clients, isStaff, isSubmitting, formError }) {
  return html`<conversation-form
    .chantiers=${chantiers}
    .clients=${clients}
    ?staff=${isStaff}
    ?busy=${isSubmitting}
    error=${formError}
    .chosen=${messenger?.uploader.of(NEW_CONVERSATION) ?? []}
    .kept=${messenger?.drafts.conversationDraft() ?? null}
    .limits=${messenger?.me.limits ?? null}
  ></conversation-form>`;
}
