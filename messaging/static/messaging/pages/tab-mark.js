import { t } from "../i18n/index.js";

/** What the tab says. @type {number | null} */
let said = null;

/** Say in the tab how many messages are unread: their number in the title, a dot on the icon. @param {number} unread */
export function markTab(unread) {
  if (unread === said) return;
  said = unread;
  const title = `${t("messages")} – Liaison`;
  document.title = unread > 0 ? t("titleWithUnread", { n: unread, title }) : title;
  markIcon(unread > 0);
}

/** Each write of the address loads the icon again. @param {boolean} isUnread */
function markIcon(isUnread) {
  const icon = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel="icon"][data-unread]'));
  if (!icon || (icon.dataset.read !== undefined) === isUnread) return;
  const { read, unread = "" } = icon.dataset;
  if (read === undefined) icon.dataset.read = icon.href;
  else delete icon.dataset.read;
  icon.href = read ?? unread;
}
