import { request } from "./api.js";
import { t } from "./i18n/core.js";

/** The photo of a person of the company in the profile menu: shown, chosen, removed. */

// The largest is 45 px wide, on a screen of three times as many.
const SIDE_PX = 144;
const QUALITY = 0.85;

/** @param {HTMLElement} part the part of the menu, which is hidden until its script is there */
export async function showProfilePhoto(part) {
  const field = /** @type {HTMLInputElement} */ (part.querySelector("input"));
  const remove = /** @type {HTMLButtonElement} */ (part.querySelector("button"));
  const says = /** @type {HTMLElement} */ (part.querySelector('[role="status"]'));
  const initials = /** @type {HTMLElement} */ (part.querySelector(".initials"));
  const name = initials.textContent;

  /** @param {string | null} photo */
  const show = (photo) => {
    initials.replaceChildren(photo ? Object.assign(new Image(), { src: photo, alt: "" }) : (name ?? ""));
    remove.hidden = !photo;
  };
  /** @param {() => Promise<string | null>} change @param {"photoKept" | "photoRemoved"} done */
  const attempt = async (change, done) => {
    says.textContent = t("photoWaits");
    try {
      show(await change());
      says.textContent = t(done);
    } catch (error) {
      says.textContent = error instanceof Error && error.message ? error.message : t("photoFailed");
    }
    field.value = "";
  };

  field.addEventListener("change", () => {
    const file = field.files?.[0];
    if (file) void attempt(async () => (await request("PUT", "/me/photo", { image: await reduced(file) })).photo, "photoKept");
  });
  remove.addEventListener("click", () => {
    field.focus();
    void attempt(async () => request("DELETE", "/me/photo"), "photoRemoved");
  });
  show((await request("GET", "/me/photo")).photo);
  part.hidden = false;
}

/**
 * The middle of a photo, as a square, as base64. A tag that turns it is followed.
 *
 * @param {File} file
 * @returns {Promise<string>}
 * @throws {Error} with words, if the browser cannot read it
 */
async function reduced(file) {
  const photo = await createImageBitmap(file).catch(() => {
    throw new Error(t("photoUnreadable"));
  });
  const side = Math.min(photo.width, photo.height);
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.min(side, SIDE_PX), height: Math.min(side, SIDE_PX) });
  const at = [(photo.width - side) / 2, (photo.height - side) / 2];
  canvas.getContext("2d")?.drawImage(photo, at[0] ?? 0, at[1] ?? 0, side, side, 0, 0, canvas.width, canvas.height);
  photo.close();
  return canvas.toDataURL("image/jpeg", QUALITY).replace(/^[^,]*,/, "");
}
