/**
 * The field of a password: a button shows what is typed, and Caps Lock is told of. Without this script the field works
 * all the same.
 */
const field = /** @type {HTMLInputElement | null} */ (document.getElementById("password"));
const reveal = /** @type {HTMLButtonElement | null} */ (document.querySelector("button.reveal"));
const capsLock = document.getElementById("caps-lock");

if (field && reveal) {
  reveal.hidden = false;
  reveal.addEventListener("click", () => show(field, field.type === "password"));
  // A browser offers to keep the value of a field of passwords only, and remembers that of others as a text.
  field.form?.addEventListener("submit", () => show(field, false));
}

field?.addEventListener("keydown", tellCapsLock);
field?.addEventListener("keyup", tellCapsLock);
field?.addEventListener("blur", () => tell(""));

/**
 * @param {HTMLInputElement} input
 * @param {boolean} isShown
 */
function show(input, isShown) {
  const caret = input.selectionEnd;
  input.type = isShown ? "text" : "password";
  input.setSelectionRange(caret, caret);
  reveal?.setAttribute("aria-pressed", String(isShown));
}

/** @param {KeyboardEvent} event */
function tellCapsLock(event) {
  // A password manager sends events that are no keys.
  const isOn = event instanceof KeyboardEvent && event.getModifierState("CapsLock");
  tell(isOn ? (capsLock?.dataset.text ?? "") : "");
}

/** @param {string} text */
function tell(text) {
  if (capsLock && capsLock.textContent !== text) capsLock.textContent = text;
}
