import { html, nothing } from "lit";

import "#core/components/connection-banner.js";
import "#core/components/session-ended.js";
import { icons } from "#core/icons.js";

import "../components/conversation-list.js";
import "../components/conversation-thread.js";
import "../components/who-answers.js";
import "../components/thread-menu.js";
import { t } from "../i18n/index.js";
import { pendingMessages, withUnsent } from "../state/pending-view.js";
import { NEW_CONVERSATION } from "../state/writing.js";
import { notSaved } from "./not-saved.js";
import { exportPath, pdfPath, printPath } from "./print-key.js";

/**
 * @import { Me } from "#core/types.js"
 * @import { Look } from "../components/conversation-list.js"
 * @import { Conversation, Note } from "../types.js"
 * @import { Store } from "../state/store.js"
 * @import { InboxController } from "./inbox-controller.js"
 * @import { StaffWriting } from "./staff-writing.js"
 * @import { ListSearch } from "./list-search.js"
 * @import { ThreadFinder } from "./thread-finder.js"
 */

/** The parts that both inboxes show. */

/** @param {InboxController} inbox */
export function banner({ messenger, isLoggedOut }) {
  const waiting = messenger?.outbox.waiting.length ?? 0;
  return html`<connection-banner ?disconnected=${!messenger?.isConnected} ?logged-out=${isLoggedOut} waiting=${waiting}></connection-banner>`;
}

/** @param {InboxController} inbox */
export function overlays(inbox) {
  const { notice, messenger, isLoggedOut } = inbox;
  return html`${onPaper(inbox)}
    <div class="toast" role="alert">${notice ? html`<p>${notice}</p>` : nothing}</div>
    <attachment-gallery></attachment-gallery>
    <session-ended ?open=${isLoggedOut} waiting=${messenger?.outbox.waiting.length ?? 0}></session-ended>`;
}

/** A page holds the messages that were scrolled to: on paper it leads to the whole conversation. @param {InboxController} inbox */
function onPaper(inbox) {
  const path = printPath(inbox);
  return path ? html`<p class="on-paper">${t("onPaper")}<br />${location.origin}${path}</p>` : nothing;
}

/** @param {InboxController["host"]} host */
export const newAddress = ({ base }) => (base ? `${base}/new` : "#");

/** @param {InboxController} inbox */
export function newLink({ host, navigation }) {
  return html`<a class="icon-button new" href=${newAddress(host)} aria-label=${t("newConversation")} title=${t("newConversation")}
    @click=${(/** @type {MouseEvent} */ event) => navigation.openForm(event)}>${icons.plus}</a>`;
}

export function nothingOpen() {
  return html`<div class="empty">${icons.crane}<h2>${t("pickTitle")}</h2><p>${t("pickText")}</p></div>`;
}

/**
 * @param {InboxController} inbox
 * @param {Conversation[]} conversations
 * @param {{ hasMore?: boolean, look?: Look | null }} [options]
 */
export function conversationList({ host, messenger, next, shared }, conversations, { hasMore = next !== null, look = null } = {}) {
  return html`${shared?.bar()}<conversation-list
    .conversations=${withUnsent(conversations, messenger?.outbox.all ?? [])}
    .unread=${new Map(messenger?.store.unread)}
    .me=${messenger?.me}
    selected=${messenger?.openId ?? ""}
    base=${host.base}
    ?has-more=${hasMore}
    .look=${look}
  ></conversation-list>`;
}

/**
 * @param {InboxController} inbox
 * @param {{ notes?: Note[], detailsOpen?: boolean, assist?: StaffWriting["assist"] | null, says?: string, bar?: unknown, items?: { name: string, label: string, icon: unknown }[] }} [options]
 *   `bar` is a line below the heading, `items` are of the menu
 */
export function thread(inbox, { notes = [], detailsOpen = false, assist = null, says = "", bar = nothing, items = [] } = {}) {
  const { messenger, navigation, mode } = inbox;
  const conversation = messenger?.conversation;
  if (messenger?.openId && inbox.saving?.missing === messenger.openId) return notSaved(inbox);
  if (!messenger || !conversation) return nothing;
  const { history } = messenger;
  const unsent = messenger.outbox.of(conversation.id);
  const place = inbox.draftPlace(mode);
  return html`<conversation-thread
    .conversation=${conversation}
    .history=${history}
    .messages=${history?.messages}
    .pending=${pendingMessages(unsent)}
    .changes=${unsent}
    .notes=${messenger.withPendingNotes(notes, unsent)}
    .me=${messenger.me}
    .unreadAfter=${messenger.unreadAfter}
    .unread=${unreadOf(messenger.store, conversation.id)}
    .draft=${messenger.drafts.draft(place)}
    .quoted=${inbox.quotes.current}
    .caret=${messenger.drafts.caret(place)}
    mode=${mode}
    .assist=${assist}
    typing=${messenger.typing.name}
    says=${says}
    .sendings=${messenger.uploader.sendings}
    .target=${navigation.target}
    .start=${inbox.takeover.place}
    files=${navigation.files}
    .firstFiles=${firstFiles(inbox, conversation)}
    ?details-open=${detailsOpen}
    >${messenger.isWaiting(conversation.id) ? nothing : html`${actions(inbox, conversation.id, items)} ${bar}`} ${whoAnswers(conversation, messenger.me)}</conversation-thread
  >`;
}

/** The files that the server wrote in the page, while they are those of the conversation on screen. @param {InboxController} inbox @param {Conversation} conversation */
function firstFiles({ host }, { id, version }) {
  const { conversation, files } = host.first ?? {};
  return conversation?.id === id && conversation.version === version ? (files ?? null) : null;
}

/** What the server does with a conversation that it has. @param {InboxController} inbox @param {string} id @param {{ name: string, label: string, icon: unknown }[]} items */
function actions(inbox, id, items) {
  return html`<mute-button slot="actions" conversation=${id}></mute-button>
    <thread-menu slot="actions" .items=${items} print=${printPath(inbox)} pdf=${pdfPath(inbox)} export=${exportPath(inbox)}></thread-menu>`;
}

/** What a client reads while the company's answer is awaited. @param {Conversation} conversation @param {Me} me */
function whoAnswers({ awaiting_reply_since, accepts_messages, assigned_to, participants }, { answers }) {
  if (!answers || !awaiting_reply_since || !accepts_messages) return nothing;
  const person = assigned_to ?? participants.find(({ role }) => role !== "client") ?? null;
  return html`<who-answers slot="above-composer" .person=${person} .answers=${answers}></who-answers>`;
}

/** @param {Store} store @param {string} id */
function unreadOf({ unread, unreadAfter }, id) {
  const [count, after] = [unread.get(id), unreadAfter.get(id)];
  return count === undefined || after === undefined ? null : { count, after };
}

/** @param {ThreadFinder} finder */
export function threadSearch({ isOpen, q, says, count }) {
  return isOpen ? html`<thread-search q=${q} says=${says} .count=${count}></thread-search>` : nothing;
}

/**
 * What narrows a search, what it found, and what it has to say.
 *
 * @param {InboxController} inbox
 * @param {ListSearch} search
 */
export function searchResults({ host, isStaff, clients, chantiers, colleagues }, { asked, facets, says, conversations, written }) {
  return html`<search-filters
      .asked=${asked}
      .facets=${facets}
      .clients=${clients}
      .chantiers=${chantiers}
      .colleagues=${colleagues}
      ?staff=${isStaff}
    ></search-filters>
    <p class="said" role="status">${says}</p>
    <search-results .conversations=${conversations} .written=${written} kind=${asked.kind} base=${host.base} ?staff=${isStaff}></search-results>`;
}

/** @param {InboxController} inbox */
export function newConversationForm({ messenger, chantiers, clients, colleagues, isStaff, formError }) {
  return html`<conversation-form
    .chantiers=${chantiers}
    .clients=${clients}
    .colleagues=${colleagues}
    ?staff=${isStaff}
    error=${formError}
    .chosen=${messenger?.uploader.of(NEW_CONVERSATION) ?? []}
    .kept=${messenger?.drafts.conversationDraft() ?? null}
    .limits=${messenger?.me.limits ?? null}
    .answers=${messenger?.me.answers ?? null}
  ></conversation-form>`;
}
