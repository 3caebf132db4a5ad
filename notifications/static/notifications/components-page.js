import { html, render } from "lit";

import { listFiles } from "#attachments/attachments-api.js";
import "#attachments/components/attachment-gallery.js";
import "#attachments/components/attachment-library.js";
import "#core/components/connection-banner.js";
import "#core/components/person-avatar.js";
import "#core/components/relative-time.js";
import "#core/logout.js";
import { access } from "#core/session.js";
import "#messaging/components/conversation-form.js";
import "#messaging/components/conversation-list.js";
import "#messaging/components/conversation-thread.js";
import "#messaging/components/message-composer.js";
import "#messaging/components/unread-badge.js";
import "#messaging/components/unread-count.js";
import "#messaging/components/who-answers.js";
import { listChantiers } from "#messaging/messaging-api.js";
import "#messaging/pages/client-inbox.js";
import { firstState, loaded } from "#messaging/pages/first-load.js";
import { memoryHistory } from "#messaging/pages/memory-history.js";
import { photosOfItems } from "#messaging/pages/photos.js";
import { place } from "#messaging/pages/place.js";
import { Messenger } from "#messaging/state/messenger.js";

import "./components/delivery-state.js";
import "./components/mute-button.js";
import "./components/push-switch.js";
import { t } from "./i18n/index.js";

/**
 * @import { Chantier } from "#messaging/types.js"
 * @typedef {{ messenger: Messenger, chantiers: Chantier[] }} Held
 */

/**
 * The page of the elements for other sites: shows each of them on the data of the person, and the events that it sends. It
 * uses them as another site does, but with the session of this one.
 */

// Enough to see how rows differ.
const ROWS = 5;
// Conversations that are asked for their files.
const SEARCHED = 12;

/** @type {Record<string, (held: Held) => unknown>} */
const EXAMPLES = {
  "client-inbox": ({ messenger }) => (messenger.me.role === "client" ? html`<client-inbox></client-inbox>` : html`<p>${t("exampleOfClient")}</p>`),
  "conversation-list": ({ messenger }) => html`<conversation-list
    .conversations=${messenger.store.list().slice(0, ROWS)}
    .unread=${new Map(messenger.store.unread)}
    .me=${messenger.me}
    selected=${messenger.openId ?? ""}
    @conversation-open=${(/** @type {CustomEvent} */ { detail }) => void messenger.open(detail.id)}
  ></conversation-list>`,
  "conversation-thread": ({ messenger }) => html`<conversation-thread
    .conversation=${messenger.conversation}
    .history=${messenger.history}
    .messages=${messenger.history?.messages}
    .me=${messenger.me}
    .unreadAfter=${messenger.unreadAfter}
    .sendings=${messenger.uploader.sendings}
    @compose=${(/** @type {CustomEvent} */ { detail }) => messenger.send(detail.body)}
    @edge=${(/** @type {CustomEvent} */ { detail }) => void messenger.loadMore(detail.side)}
  ></conversation-thread>`,
  "message-composer": ({ messenger }) => html`<message-composer place="example" .limits=${messenger.me.limits}></message-composer>`,
  "conversation-form": ({ messenger, chantiers }) => html`<conversation-form
    .chantiers=${chantiers}
    .limits=${messenger.me.limits}
    .answers=${messenger.me.answers}
    ?staff=${messenger.me.role !== "client"}
  ></conversation-form>`,
  "attachment-library": ({ messenger }) => html`<attachment-library
    conversation=${messenger.openId ?? ""}
    @attachment-open=${(/** @type {CustomEvent} */ { detail }) => gallery()?.open(photosOfItems(detail.items, messenger.me), detail.id)}
  ></attachment-library>`,
  "attachment-gallery": () => html`<p>${t("exampleOfGallery")}</p><attachment-gallery></attachment-gallery>`,
  "connection-banner": () => html`<connection-banner disconnected waiting="2"></connection-banner>`,
  "delivery-state": ({ messenger }) => deliveryOf(messenger),
  "mute-button": ({ messenger }) => html`<mute-button conversation=${messenger.openId ?? ""}></mute-button>`,
  "person-avatar": ({ messenger }) => html`<person-avatar name=${messenger.me.name} of=${messenger.me.role}></person-avatar>`,
  "push-switch": () => html`<push-switch state="off"></push-switch>`,
  "relative-time": ({ messenger }) => html`<relative-time datetime=${messenger.store.list()[0]?.last_activity_at ?? ""}></relative-time>`,
  "unread-badge": () => html`<unread-badge count="3"></unread-badge>`,
  "unread-count": () => html`<unread-count></unread-count>`,
  "who-answers": ({ messenger }) => {
    const { answers } = messenger.me;
    return html`<who-answers .person=${answers?.person ?? null} .answers=${answers}></who-answers>`;
  },
};

/** @param {Messenger} messenger */
function deliveryOf({ openId, history, me }) {
  const own = history?.messages.findLast(({ author }) => (author.role === "client") === (me.role === "client"));
  if (!own) return html`<p>${t("exampleIsMissing")}</p>`;
  const side = me.role === "client" ? "client" : "company";
  return html`<delivery-state conversation=${openId ?? ""} message=${own.id} seq=${own.seq} of=${side}></delivery-state>`;
}

const gallery = () => document.querySelector("attachment-gallery");

/** @param {Held} held */
function show(held) {
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-example]"))) {
    const example = EXAMPLES[box.dataset.example ?? ""];
    if (example) render(example(held), box);
  }
}

/** Write below an example what it sent last. */
function hear() {
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-example]"))) {
    const { example = "", events = "" } = box.dataset;
    const line = document.querySelector(`[data-heard="${example}"]`);
    for (const type of events.split(" ").filter(Boolean)) {
      box.addEventListener(type, (event) => line && (line.textContent = told(/** @type {CustomEvent} */ (event))));
    }
  }
}

/** @param {CustomEvent} event */
function told({ type, detail }) {
  const text = detail ? JSON.stringify(detail, (_key, value) => (value instanceof File ? value.name : value)) : "";
  return `${type} ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`;
}

/** Return a conversation with files, or the newest. @param {Messenger} messenger @returns {Promise<string | null>} */
async function wellFilled({ store }) {
  const newest = store.list().slice(0, SEARCHED);
  for (const { id } of newest) if ((await listFiles("conversations", id)).results.length > 1) return id;
  return newest[0]?.id ?? null;
}

async function begin() {
  access.isOurs = false;
  access.load = loaded;
  Object.assign(place, memoryHistory());
  hear();
  const messenger = new Messenger(await firstState());
  const held = { messenger, chantiers: await listChantiers() };
  messenger.start();
  await messenger.open(await wellFilled(messenger));
  messenger.addEventListener("change", () => show(held));
  show(held);
}

void begin();
