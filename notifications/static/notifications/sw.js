/*
 * The one service worker. It shows every push, whatever is open: Safari withdraws the permission of a
 * site that is pushed to and shows nothing three times. It caches nothing: pages come from the network.
 *
 * A classic file at `/sw.js`, since not every browser takes modules here.
 */

const API = "/api/v1";
const ICON = "/static/notifications/icon-192.png";
const BADGE = "/static/notifications/badge-96.png";
const WORDS = {
  fr: { title: "Liaison", body: "Vous avez un nouveau message", reply: "Répondre", read: "Marquer comme lu" },
  en: { title: "Liaison", body: "You have a new message", reply: "Reply", read: "Mark as read" },
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => event.waitUntil(onPush(event)));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(onClick(event.action, event.notification.data ?? {}));
});

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

/** What was pushed; something to show even when it cannot be read. */
function read(data) {
  try {
    return data.json().notification;
  } catch {
    return { ...words(navigator.language), data: {} };
  }
}

function words(lang) {
  return lang?.startsWith("en") ? WORDS.en : WORDS.fr;
}

/** Safari reads what was pushed by itself, and shows it whatever happens here: it is only to be acknowledged. */
async function onPush({ notification, data: pushed }) {
  const shown = notification ?? read(pushed);
  const data = shown.data ?? {};
  if (!notification) await self.registration.showNotification(shown.title, await optionsOf(shown, data));
  await Promise.all([
    post("/push/displayed", data.token),
    setBadge(Number(data.badge)),
    tellPages({ kind: "pushed", conversation: data.conversation }),
  ]);
}

async function optionsOf(shown, data) {
  const said = words(shown.lang);
  const options = { body: shown.body, lang: shown.lang, dir: "auto", icon: ICON, badge: BADGE, data };
  if (data.conversation) {
    options.actions = [
      { action: "reply", title: said.reply },
      { action: "read", title: said.read },
    ];
  }
  if (shown.tag) Object.assign(options, { tag: shown.tag, renotify: await isHeard(shown.tag, data) });
  return options;
}

/** A later push of a conversation replaces the earlier one; it is heard unless it is of the same burst. */
async function isHeard(tag, data) {
  const [earlier] = await self.registration.getNotifications({ tag });
  return data.alerts !== false && earlier?.data?.id !== data.id;
}

async function onClick(action, data) {
  if (action === "read") {
    await post("/push/read", data.read);
    await tellPages({ kind: "pushed", conversation: data.conversation });
    return;
  }
  await open(data.path ?? "/", action === "reply");
}

/** Focus a tab of ours that is open rather than opening another one. */
async function open(path, replies) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const place = path.split("#")[0];
  const page = pages.find((each) => new URL(each.url).pathname === place) ?? pages.find(isApp);
  if (!page) {
    await self.clients.openWindow(path);
    return;
  }
  await page.focus();
  page.postMessage({ kind: "open", path, replies });
}

/** Not a form for a new conversation: what is written there would be lost. */
function isApp(page) {
  return /^\/(client|staff)\/(?!messages\/new$)/.test(new URL(page.url).pathname);
}

async function tellPages(words) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const page of pages) page.postMessage(words);
}

async function setBadge(count) {
  if (!navigator.setAppBadge || !Number.isFinite(count)) return;
  await (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge());
}

/** Tell the server by a token from the push: this device may be logged out by now. */
async function post(path, token) {
  if (!token) return;
  await send(path, { token });
}

async function send(path, body) {
  try {
    await fetch(API + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      keepalive: true,
    });
  } catch {
    // No network any more: the server then sends an email, which is what it is for.
    return;
  }
}

/** The browser gave this device another address: the old one, which only we know, vouches for it. */
async function renew(event) {
  const old = event.oldSubscription;
  if (!old) return;
  const fresh =
    event.newSubscription ??
    (await self.registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: old.options.applicationServerKey,
    }));
  const { endpoint, keys } = fresh.toJSON();
  await send("/push/renewed", { old_endpoint: old.endpoint, endpoint, keys });
}
