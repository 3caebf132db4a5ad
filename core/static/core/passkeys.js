/**
 * A form that makes a passkey (`data-passkey="create"`) or asks for one (`"get"`). Its options stand in the page as
 * JSON; what the browser answers goes into the field `credential`. Without this script, or in a browser without
 * passkeys, the form stays hidden: a code does as well.
 */
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-passkey]"));
const options = document.getElementById("passkey-options")?.textContent;

if (form && options && window.PublicKeyCredential) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"));
    if (field.value) return;
    event.preventDefault();
    void answer(form, field, JSON.parse(options).publicKey);
  });
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} field
 * @param {any} publicKey
 */
async function answer(form, field, publicKey) {
  tell(form, "");
  try {
    const asked = decoded(publicKey);
    const credential =
      form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: asked })
        : await navigator.credentials.get({ publicKey: asked });
    field.value = JSON.stringify(encoded(/** @type {PublicKeyCredential} */ (credential)));
    form.requestSubmit();
  } catch {
    // The person said no, has none here, or waited for too long: browsers tell these apart from nothing.
    tell(form, form.dataset.failed ?? "");
  }
}

/**
 * @param {any} publicKey
 * @returns {any}
 */
function decoded(publicKey) {
  const withBytes = (/** @type {any} */ one) => ({ ...one, id: bytesOf(one.id) });
  const { challenge, user, allowCredentials, excludeCredentials } = publicKey;
  return {
    ...publicKey,
    challenge: bytesOf(challenge),
    ...(user && { user: withBytes(user) }),
    ...(allowCredentials && { allowCredentials: allowCredentials.map(withBytes) }),
    ...(excludeCredentials && { excludeCredentials: excludeCredentials.map(withBytes) }),
  };
}

/** @param {PublicKeyCredential} credential */
function encoded(credential) {
  const { response } = credential;
  /** @type {Record<string, string>} */
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    const bytes = /** @type {any} */ (response)[name];
    if (bytes) parts[name] = textOf(bytes);
  }
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    response: parts,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

/** @param {string} text as base64url */
function bytesOf(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer} bytes */
function textOf(bytes) {
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * @param {HTMLFormElement} form
 * @param {string} text
 */
function tell(form, text) {
  const place = form.querySelector("[role=status]");
  if (place) place.textContent = text;
}
