// The choices of the admin (select2) have no name for a screen reader: give each its label's.

const NAMED = "data-named";

function nameAll() {
  for (const shown of document.querySelectorAll(`.select2-selection__rendered:not([${NAMED}])`)) {
    const select = shown.closest(".select2")?.previousElementSibling;
    const label = select?.id && document.querySelector(`label[for="${select.id}"]`);
    if (!label) continue;
    label.id ||= `label-of-${select.id}`;
    shown.setAttribute(NAMED, "");
    shown.setAttribute("aria-labelledby", label.id);
    shown.parentElement?.setAttribute("aria-labelledby", `${label.id} ${shown.id}`);
  }
}

// They come when their own script has run, and with each row that is added.
new MutationObserver(nameAll).observe(document, { childList: true, subtree: true });
