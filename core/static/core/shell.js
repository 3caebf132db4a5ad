import { savedHere } from "./saved-store.js";
import { metaOf } from "./session.js";

/** @import { SavedStore } from "./saved-store.js" */

/**
 * The page without a person, which the service worker answers when the network does not. It is the server's page of an
 * inbox, without a name, a CSRF token and a first state. They come from what this device keeps.
 */

/** @returns {boolean} */
export function isShell() {
  return metaOf("person")?.content === "";
}

/** @type {Promise<SavedStore | null> | undefined} */
let filling;

/**
 * Fill in the person, once. Other pages have theirs already.
 *
 * @returns {Promise<SavedStore | null>} what is kept here, for the shell; null on other pages
 */
export function shellFilled() {
  return (filling ??= isShell() ? fill() : Promise.resolve(null));
}

async function fill() {
  const saved = await savedHere();
  const list = await saved?.list();
  if (!saved || !list) return null;
  /** @type {HTMLMetaElement} */ (metaOf("person")).content = list.me.id;
  const token = metaOf("csrf-token");
  if (token) token.content = list.csrf;
  for (const form of document.querySelectorAll('form[method="post"]')) form.append(hidden("csrfmiddlewaretoken", list.csrf));
  showPerson(list.me);
  return saved;
}

/** Write a person into the profile menu, as the server does. @param {{ name: string, email: string }} me */
function showPerson({ name, email }) {
  const words = name.split(/\s+/);
  const initials = [words[0], ...words.slice(1).slice(-1)].map((word) => word?.[0]?.toUpperCase() ?? "").join("");
  for (const [selector, text] of [[".who", name], [".initials", initials], [".profile-person strong", name]]) {
    for (const element of document.querySelectorAll(/** @type {string} */ (selector))) element.textContent = /** @type {string} */ (text);
  }
  document.querySelector(".profile-person")?.append(email);
  const button = document.querySelector(".profile-button");
  button?.setAttribute("aria-label", `${name}${button.getAttribute("aria-label")}`);
}

/** @param {string} name @param {string} value */
function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}
