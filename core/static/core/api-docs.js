/** Start Swagger UI on the page of the API's documentation, with the session of the person who is logged in. */

const docs = /** @type {HTMLElement} */ (document.getElementById("docs"));
const csrf = /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="csrf-token"]'))?.content ?? "";

/** @type {any} */ (window).SwaggerUIBundle({
  url: docs.dataset.schema,
  domNode: docs,
  deepLinking: true,
  /** @param {{ headers: Record<string, string> }} request */
  requestInterceptor(request) {
    request.headers["X-CSRFToken"] = csrf;
    return request;
  },
});
