import { t as fileText } from "#attachments/i18n/index.js";
import { icons } from "#core/icons.js";
import { access } from "#core/session.js";
import { clock } from "#core/time.js";

import { t } from "../i18n/index.js";

/**
 * @import { Message, PendingMessage } from "../types.js"
 * @import { MenuItem } from "./message-menu.js"
 */

// Enough to know one message from another by ear.
const NAMED_CHARACTERS = 40;

/**
 * Return the name of a message's menu, which says what message it is.
 *
 * @param {Message | PendingMessage} message
 * @param {boolean} isMine
 */
export function actionsLabel(message, isMine) {
  const { body, attachments = [], created_at } = message;
  const name = isMine || !("author" in message) ? t("you") : message.author.name;
  const text = body ? beginning(body) : fileText("files", { n: attachments.length });
  return t("actionsOn", { name, time: clock(new Date(created_at)), text });
}

/** What the company alone can do with a message: its page adds them. Each is sent as `desk-action`. @type {MenuItem[]} */
export const companyActions = [];

/**
 * Return what can be done with a message, for its menu.
 *
 * @param {{ canQuote: boolean, canChange: boolean, hasText: boolean, isKept: boolean }} message `isKept`: the server has it
 * @returns {MenuItem[]}
 */
export function messageActions({ canQuote, canChange, hasText, isKept }) {
  return [
    canQuote ? { name: "quote", label: t("quote"), icon: icons.reply } : [],
    canChange && hasText ? { name: "edit", label: t("edit"), icon: icons.pen } : [],
    hasText ? { name: "copy", label: t("copy"), icon: icons.copy } : [],
    // On a portal's page the message has no address.
    access.isOurs ? { name: "link", label: t("copyLink"), icon: icons.link } : [],
    isKept ? companyActions : [],
    canChange ? { name: "remove", label: t("remove"), icon: icons.bin, isDanger: true } : [],
  ].flat();
}

/** @param {string} body */
function beginning(body) {
  const letters = [...body.slice(0, 2 * NAMED_CHARACTERS)];
  return letters.length > NAMED_CHARACTERS ? `${letters.slice(0, NAMED_CHARACTERS).join("")}…` : body;
}
