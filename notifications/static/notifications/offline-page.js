import "./components/saved-list.js";
import { t } from "./i18n/index.js";

/**
 * The page that stands for another one while the network is away. The address is that of the wanted page, so it opens
 * by loading it again.
 */

// The server may be down while the network is there: no event tells when it is back.
const RETRY_EVERY_MS = 10_000;

const status = document.querySelector("[data-status]");

async function isBack() {
  try {
    return (await fetch("/livez", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

async function retry() {
  if (await isBack()) location.reload();
  return false;
}

document.querySelector("[data-retry]")?.addEventListener("click", async () => {
  if (status) status.textContent = t("offlineTrying");
  await retry();
  if (status) status.textContent = t("offlineStill");
});
addEventListener("online", retry);
setInterval(retry, RETRY_EVERY_MS);
