/**
 * A launch of the installed app while it is open: by its icon, a shortcut or a link. The browser focuses the open window
 * (`launch_handler` in the manifest) and leaves the address to the page.
 *
 * @param {(path: string, replies: boolean) => void} open
 */
export function openLaunched(open) {
  /** @type {any} */ (window).launchQueue?.setConsumer((/** @type {{ targetURL?: string }} */ { targetURL }) => {
    const url = targetURL && new URL(targetURL);
    // The first launch has this address already, and the icon alone names no page.
    if (url && url.pathname !== "/" && url.href !== location.href) open(url.pathname + url.search + url.hash, false);
  });
}
