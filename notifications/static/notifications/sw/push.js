/*
 * Pushes. Every one is shown, even if a page is open: Safari withdraws the permission of a site that three times shows
 * nothing for a push.
 */

const API = "/api/v1";
const ICON = "/static/notifications/icon-192.png";
const BADGE = "/static/notifications/badge-96.png";
const TEXTS = {
  fr: { title: "Liaison", body: "Vous avez un nouveau message", reply: "Répondre", read: "Marquer comme lu" },
  en: { title: "Liaison", body: "You have a new message", reply: "Reply", read: "Mark as read" },
};

/** Return the content of a push, or a general text if it cannot be read. */
function read(data) {
  try {
    return data.json().notification;
  } catch {
    return { ...textsIn(navigator.language), data: {} };
  }
}

function textsIn(lang) {
  return lang?.startsWith("en") ? TEXTS.en : TEXTS.fr;
}

/** Show a push and acknowledge it. Safari reads and shows a push by itself, and then only the acknowledgement is needed. */
async function onPush({ notification, data: pushed }) {
  const shown = notification ?? read(pushed);
  const data = shown.data ?? {};
  if (!notification) await show(shown, data);
  await Promise.all([
    post("/push/displayed", data.token),
    setBadge(Number(data.badge)),
    closeOthers(data),
    tellPages({ kind: "pushed", conversation: data.conversation }),
  ]);
}

/** Show a push in the place of the earlier one of its conversation. One that comes late does not replace a newer one. */
async function show(shown, data) {
  const [earlier] = shown.tag ? await self.registration.getNotifications({ tag: shown.tag }) : [];
  if (earlier?.data?.at > data.at) {
    // Shown again, since a browser expects each push to show something.
    await self.registration.showNotification(earlier.title, optionsOf(earlier, earlier.data, false));
    return;
  }
  // It makes a sound, unless it belongs to the burst of the earlier one.
  const isHeard = data.alerts !== false && earlier?.data?.id !== data.id;
  await self.registration.showNotification(shown.title, optionsOf(shown, data, isHeard));
}

function optionsOf({ body, lang, tag }, data, renotify) {
  const said = textsIn(lang);
  const options = { body, lang, dir: "auto", icon: ICON, badge: BADGE, data };
  if (data.conversation) {
    options.actions = [
      { action: "reply", title: said.reply },
      { action: "read", title: said.read },
    ];
  }
  return tag ? { ...options, tag, renotify } : options;
}

/** Ask the server what is still unread, and close the other notifications. Any push of this device may ask. */
async function check() {
  const shown = await self.registration.getNotifications();
  const token = shown.map(({ data }) => data?.token).findLast(Boolean);
  const answer = token && (await send("/push/unread", { token }));
  if (answer?.ok) await closeOthers(await answer.json());
}

/**
 * Close the notifications of what is no longer unread. `unread` holds the last unread seq by tag, `at` when that was
 * read in milliseconds: what is newer is not judged.
 */
async function closeOthers({ at, unread }) {
  if (!unread) return;
  for (const notification of await self.registration.getNotifications()) {
    const { at: shownAt, tells = {} } = notification.data ?? {};
    const told = Object.entries(tells);
    if (told.length > 0 && shownAt < at && !told.some(([tag, seq]) => unread[tag] >= seq)) notification.close();
  }
}

async function onClick(action, data) {
  if (action === "read") {
    await post("/push/read", data.read);
    await tellPages({ kind: "pushed", conversation: data.conversation });
    return;
  }
  await open(data.path ?? "/", action === "reply");
}

/** Focus an open tab of the site instead of opening another one. */
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

/** Exclude the form of a new conversation, whose text would be lost. */
function isApp(page) {
  return /^\/(client|staff)\/(?!messages\/new$)/.test(new URL(page.url).pathname);
}

async function tellPages(message) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const page of pages) page.postMessage(message);
}

async function setBadge(count) {
  if (!navigator.setAppBadge || !Number.isFinite(count)) return;
  await (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge());
}

/** Call the API with a token from the push, because this device may be logged out. */
async function post(path, token) {
  if (!token) return;
  await send(path, { token });
}

async function send(path, body) {
  try {
    return await fetch(API + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      keepalive: true,
    });
  } catch {
    // There is no network. The server then sends an email.
    return null;
  }
}

/** Register the new address that the browser gave this device. Only this device knows the old keys, which prove who it is. */
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
  await send("/push/renewed", { old_endpoint: old.endpoint, old_keys: old.toJSON().keys, endpoint, keys });
}
