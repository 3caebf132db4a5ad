/**
 * Return true if a reload would interrupt a person: a text is being written, a file sent, or a message has not left.
 * A page that has such work cancels the event `reload-check` on `window`.
 */
export function isWriting() {
  return hasText(focused()) || !dispatchEvent(new CustomEvent("reload-check", { cancelable: true }));
}

/** Return the focused element, through shadow roots. */
function focused() {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

/** @param {Element | null} element */
function hasText(element) {
  const isField = element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement;
  return isField && element.value.trim() !== "";
}
