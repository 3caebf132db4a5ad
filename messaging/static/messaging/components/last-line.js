import { t as fileText } from "#attachments/i18n/index.js";
import { labelled } from "#core/numbers.js";

import { t } from "../i18n/index.js";
import { unsentLabel } from "./state-mark.js";

/**
 * @import { Me } from "#core/types.js"
 * @import { Conversation } from "../types.js"
 */

/** Return what a row of the list says of the last message, or of one that is not sent. @param {Conversation} conversation @param {Me | null} me */
export function lastLine({ last_message: last, pending, unsent = pending }, me) {
  if (unsent) return unsentLabel(unsent);
  if (!last) return "";
  if (last.deleted_at) return t("deletedMessage");
  const text = last.body || fileText("files", { n: last.attachments.length });
  if (last.author.id === me?.id) return t("youSaid", { text });
  return labelled(firstName(last.author.name), text);
}

/** @param {string} name */
function firstName(name) {
  // Of who was anonymised (core/leaving.py) "Utilisateur" alone would say nothing.
  return name === "Utilisateur supprimé" ? name : (name.split(" ")[0] ?? name);
}
