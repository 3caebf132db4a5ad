/*
 * Pages. They come from the network. Without one, or when it is slow, an inbox is the page without a person, which the
 * device fills with what it keeps; any other page is the one that says so. No page of the server is ever kept.
 */

// On a slow link the kept inbox is shown after this time. The page then asks for what is new.
const PATIENCE_MS = 3_000;
const INBOX = /^\/(client|staff)\/messages(\/|$)/;
// What a proxy answers when the application is down.
const IS_DOWN = new Set([502, 503, 504]);

async function answerPage(event, url) {
  const network = fetched(event).catch(() => null);
  const owner = await savedOwner().catch(() => null);
  const inbox = inboxFor(owner, url);
  const first = await (inbox ? Promise.race([network, afterPatience()]) : network);
  if (first && !(inbox && IS_DOWN.has(first.status))) return settled(event, first, url);
  return (inbox && (await keptPage(inbox))) ?? first ?? (await network) ?? unreachable(owner, url);
}

/** Without a network home leads to the messages, as the server's own does. */
async function unreachable(owner, url) {
  const isHome = url.pathname === "/" && isReadable(owner);
  return isHome ? Response.redirect(`/${owner.side}/messages`) : offlinePage(owner);
}

/** The browser has asked already while this worker was starting. */
async function fetched(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

function afterPatience() {
  return new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
}

/** The login is shown to nobody who has a session. */
function settled(event, response, url) {
  if (response.ok && url.pathname === "/login") event.waitUntil(lockSaved().catch(() => {}));
  return response;
}

function isReadable(owner) {
  return owner !== null && owner.hasList && !owner.isLocked;
}

/** Return the address of the page without a person, if this device may show what it keeps at an address. */
function inboxFor(owner, { pathname }) {
  if (!isReadable(owner)) return null;
  const side = INBOX.exec(pathname)?.[1];
  return side === owner.side ? pageAt("shell", owner.side, owner.lang) : null;
}

async function offlinePage(owner) {
  return (await keptPage(pageAt("offline", owner?.lang ?? navigator.language))) ?? Response.error();
}

function pageAt(kind, ...words) {
  const language = words.at(-1)?.startsWith("en") ? "en" : "fr";
  return `/${[kind, ...words.slice(0, -1), language].join("/")}`;
}

async function keptPage(address) {
  const own = await (await caches.open(FILE_CACHE)).match(address);
  return own ?? (await caches.match(address)) ?? null;
}

/** A form that is sent without a network gets our page too. A logout empties the device, whatever the network does. */
async function answerForm(event, url) {
  if (url.pathname === "/logout") await emptySaved();
  try {
    return await fetch(event.request);
  } catch {
    return offlinePage(await savedOwner().catch(() => null));
  }
}
