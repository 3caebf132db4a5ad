/*
 * What the browser tells the service worker, and which part answers.
 *
 * A new version waits until a page says `activate`, or until no page of the old one is left: an open page goes on with
 * the files that it was made with.
 */

self.addEventListener("install", (event) => {
  event.waitUntil(Promise.all([keepApp(), goAround(event)]));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([dropOldApps(), self.registration.navigationPreload?.enable(), self.clients.claim()]));
});

self.addEventListener("fetch", (event) => {
  const answer = answerTo(event);
  if (answer) event.respondWith(answer);
});

self.addEventListener("push", (event) => event.waitUntil(onPush(event)));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(onClick(event.action, event.notification.data ?? {}));
});

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

self.addEventListener("message", (event) => {
  const said = MESSAGES[event.data?.kind];
  if (said) event.waitUntil(Promise.resolve(said(event.data)).catch(() => {}));
});

self.addEventListener("sync", (event) => event.waitUntil(onSync(event)));

/**
 * Send what changes something past this worker: it answers none of it, and a page that is left does not reach it any more,
 * so that its goodbye was lost. Only Chromium has routes.
 */
async function goAround(event) {
  const urlPattern = { pathname: "/api/*" };
  const routes = ["POST", "PUT", "PATCH", "DELETE"].map((requestMethod) => ({ condition: { urlPattern, requestMethod }, source: "network" }));
  await event.addRoutes?.(routes).catch(console.warn);
}

const MESSAGES = {
  check: () => check(),
  activate: () => self.skipWaiting(),
  "session-ended": () => lockSaved(),
  "keep-files": async ({ urls }) => {
    const owner = await savedOwner();
    await keepFiles([...(owner ? filesFor(owner) : []), ...urls]);
  },
  "keep-previews": ({ urls }) => keepPreviews(urls),
};

/**
 * The network is back: a page on screen sends what waits. Without one this worker does, also beside hidden pages, which
 * the system may have frozen. If it fails, the browser tries again later.
 */
async function onSync({ tag }) {
  const pages = await self.clients.matchAll({ type: "window" });
  const isOnScreen = pages.some(({ visibilityState }) => visibilityState === "visible");
  try {
    // Not there without published files: see `service_worker.py`.
    if (!isOnScreen && (await savedOwner())) await self.outboxWorker?.sendUnsent();
  } finally {
    await tellPages({ kind: "sync", tag });
  }
}

/** Return the answer to a request, or undefined to leave it to the browser. */
function answerTo(event) {
  const { method, mode, url: address } = event.request;
  const url = new URL(address);
  if (url.origin !== location.origin) return undefined;
  if (method === "POST" && url.pathname === SHARE) return answerShare(event);
  if (mode === "navigate") return method === "GET" ? answerPage(event, url) : answerForm(event, url);
  if (method !== "GET") return undefined;
  if (isFile(url)) return answerFile(event);
  return PREVIEW.test(url.pathname) ? answerPreview(event, url) : undefined;
}
