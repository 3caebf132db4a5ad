import { access } from "#core/session.js";

/**
 * @import { ReactiveController } from "lit"
 * @import { InboxHost } from "./inbox-controller.js"
 *
 * What a key asks for. `thread`: something that the open conversation does.
 * @typedef {"next" | "previous" | "next-unread" | "previous-unread" | "select" | "new" | "help" | "palette" | "pane" | "pane-back" | "escape"} Command
 * @typedef {"reply" | "note" | "assign" | "close" | "snooze"} ThreadAction
 */

/** @type {Record<string, Command>} */
const COMMANDS = { j: "next", k: "previous", x: "select", c: "new", "?": "help", Escape: "escape" };
/** @type {Record<string, ThreadAction>} */
const ACTIONS = { r: "reply", n: "note", a: "assign", e: "close", s: "snooze" };

/**
 * The keys of the company's inbox. Nothing happens while a person writes, composes a letter or answers a dialog; only Ctrl+K and
 * F6 write nothing, and Alt+Shift with an arrow moves nothing in an empty field.
 *
 * Sends `command` {command} to the page. A key for a conversation is `thread-action` {action}.
 *
 * @implements {ReactiveController}
 */
export class Shortcuts {
  #host;

  /** @param {InboxHost} host */
  constructor(host) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected() {
    // The keys of a portal's page are the portal's.
    if (access.isOurs) addEventListener("keydown", this.#onKey);
  }

  hostDisconnected() {
    removeEventListener("keydown", this.#onKey);
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const asked = askedBy(event, fieldOf(event));
    if (!asked || event.defaultPrevented) return;
    const type = "action" in asked ? "thread-action" : "command";
    const isDone = !this.#host.dispatchEvent(new CustomEvent(type, { detail: asked, cancelable: true }));
    if (isDone) event.preventDefault();
  };
}

/**
 * Return what a key asks for, if anything.
 *
 * @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "isComposing">} event
 * @param {"none" | "empty" | "written" | "dialog"} field where the focus is
 * @returns {{ command: Command } | { action: ThreadAction } | null}
 */
export function askedBy({ key, ctrlKey, metaKey, altKey, shiftKey, isComposing }, field) {
  if (isComposing || field === "dialog") return null;
  const hasControl = ctrlKey || metaKey;
  if (key.toLowerCase() === "k" && hasControl && !altKey && !shiftKey) return { command: "palette" };
  if (key === "F6" && !hasControl && !altKey) return { command: shiftKey ? "pane-back" : "pane" };
  if (altKey && shiftKey && !hasControl && field !== "written") return unreadCommand(key);
  if (field !== "none" || hasControl || altKey) return null;
  // The sign ? needs Shift on most keyboards.
  if (shiftKey && key !== "?") return null;
  if (Object.hasOwn(ACTIONS, key)) return { action: /** @type {ThreadAction} */ (ACTIONS[key]) };
  return Object.hasOwn(COMMANDS, key) ? { command: /** @type {Command} */ (COMMANDS[key]) } : null;
}

/** @param {string} key @returns {{ command: Command } | null} */
function unreadCommand(key) {
  if (key === "ArrowDown") return { command: "next-unread" };
  return key === "ArrowUp" ? { command: "previous-unread" } : null;
}

/** @param {KeyboardEvent} event */
function fieldOf(event) {
  // The menu of the profile, which Escape closes.
  if (document.querySelector(":popover-open")) return "dialog";
  const path = /** @type {HTMLElement[]} */ (event.composedPath().filter((each) => each instanceof HTMLElement));
  if (path.some((each) => each.matches('dialog, [role="dialog"], [role="menu"], [role="listbox"]'))) return "dialog";
  const [target] = path;
  if (target?.isContentEditable) return target.textContent ? "written" : "empty";
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return target.value ? "written" : "empty";
  if (target instanceof HTMLInputElement && !/^(checkbox|radio|button)$/.test(target.type)) return target.value ? "written" : "empty";
  return "none";
}
