/**
/**
 * The session that a page was made with: its person and its CSRF token, both in `<meta>` elements. The service worker has
 * no page and gives them by `useSession`.
 *
 * @typedef {{ person: string, csrf: string, lang: string }} GivenSession
 *
 * @typedef {object} Access how the requests of this page reach the server, and say whose they are
 * @property {boolean} isOurs the page is the server's own, with its address, title, keys and service worker
 * @property {string} origin in front of every path; empty on the server's own pages
 * @property {string} language of texts, if it is not the page's
 * @property {(method: string) => Record<string, string> | Promise<Record<string, string>>} headers
 * @property {(response: Response) => Promise<boolean>} renew called with a refusal; true: the same request may be sent again
 * @property {() => void} onRefused the server does not know the person any more
 * @property {string | null} login the address of the login; null if the page logs in by itself
 * @property {((inbox: any) => void) | null} load gets the first state of an inbox whose page has none
 */

/** @type {GivenSession | null} */
let given = null;

/** Take the session from here instead of from the page. @param {GivenSession} session */
export const useSession = (session) => void (given = { ...session });

/** @param {string} name @returns {HTMLMetaElement | null} */
export const metaOf = (name) => globalThis.document?.querySelector(`meta[name="${name}"]`) ?? null;

/** Return the id of the person that the page is for, or "" on a page without one. */
export const personOfPage = () => given?.person ?? metaOf("person")?.content ?? "";

/** The language of the page, as the server chose it, or as the portal did. */
export const languageOfPage = () => given?.lang || access.language || globalThis.document?.documentElement.lang || "fr";

/** Read the token from the page, because scripts cannot read the cookie. */
export const csrfToken = () => given?.csrf ?? metaOf("csrf-token")?.content ?? "";

/**
 * Take the token of a session that was begun after the page, by the same person.
 *
 * @returns {Promise<boolean>} false if nobody or somebody else is logged in now, or without a network
 */
export async function renewToken() {
  const page = await fetch("/", { headers: { Accept: "text/html" }, cache: "no-store" }).catch(() => null);
  const text = (await page?.text().catch(() => "")) ?? "";
  const token = written(text, "csrf-token");
  const meta = given ?? metaOf("csrf-token");
  if (!token || !meta || written(text, "person") !== personOfPage()) return false;
  if ("csrf" in meta) meta.csrf = token;
  else meta.content = token;
  return true;
}

/** On the server's own pages, the session. The package for other sites replaces it (deploy/elements). @type {Access} */
export const access = {
  isOurs: true,
  origin: "",
  language: "",
  // The server refuses what the page of one person asks for in the session of another one.
  headers: (method) => ({ ...(method !== "GET" && { "X-CSRFToken": csrfToken() }), ...(personOfPage() && { "X-Person": personOfPage() }) }),
  // The person has logged in again in another tab, which changed the token.
  renew: async (response) => response.status === 403 && (await codeOf(response)) === "csrf_failed" && renewToken(),
  onRefused() {},
  get login() {
    return `/login?${new URLSearchParams({ next: location.pathname + location.search + location.hash })}`;
  },
  load: null,
};

/** @param {Response} response */
async function codeOf(response) {
  const body = await response.clone().json().catch(() => null);
  return body?.errors?.[0]?.code;
}

/** Find a `<meta>` in the text of a page. Parsing it would need a policy of trusted types. @param {string} page @param {string} name */
function written(page, name) {
  return new RegExp(`<meta name="${name}" content="([^"]*)"`).exec(page)?.[1] ?? "";
}
