/**
 * The button of the printed conversation. A module runs once the whole page has arrived; without its last line the page
 * was cut, and must not pass for a whole conversation.
 */

const button = /** @type {HTMLButtonElement | null} */ (document.getElementById("print"));
const state = document.getElementById("print-state");

/** @param {"loading" | "missing" | "cut" | ""} name */
function say(name) {
  if (state) state.textContent = name ? (state.dataset[name] ?? "") : "";
}

/** Wait for all photos, since an image that is not there yet is printed as nothing. */
async function ready() {
  say("loading");
  const results = await Promise.allSettled([...document.images].map((image) => image.decode()));
  say(results.some(({ status }) => status === "rejected") ? "missing" : "");
  if (button) button.disabled = false;
}

button?.addEventListener("click", () => print());
if (document.getElementById("end")) void ready();
else say("cut");
