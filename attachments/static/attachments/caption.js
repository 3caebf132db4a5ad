import { shortLabel } from "#core/time.js";

import { t } from "./i18n/index.js";

/** @import { LibraryItem } from "./types.js" */

/** Example: Camille Morel, 12 nov. @param {Pick<LibraryItem, "author" | "sent_at">} item */
export function captionOf({ author, sent_at }) {
  return t("sentBy", { name: author.name, date: shortLabel(new Date(sent_at)) });
}
