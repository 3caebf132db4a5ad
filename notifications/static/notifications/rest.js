import { idle } from "#core/idle.js";
import { showProfilePhoto } from "#core/profile-photo.js";
import { shellFilled } from "#core/shell.js";

import { keepFilesOfPage } from "./app-files.js";
import "./components/email-dialog.js";
import "./components/silent-devices.js";
import { watchInstall } from "./install.js";
import * as api from "./notifications-api.js";
import * as push from "./push.js";
import { quietly } from "./quietly.js";
import { watchUpdates } from "./update.js";

/**
 * What runs on every page and nobody waits for: registers this device again, offers the installation and a new
 * version, keeps the files of the app, and warns about devices that show nothing any more.
 */

async function showSilentDevices() {
  // The preferences page shows it beside each device.
  if (document.querySelector("notification-preferences")) return;
  const notice = document.createElement("silent-devices");
  notice.devices = await api.listDevices();
  document.querySelector("main")?.before(notice);
}

async function begin() {
  await shellFilled();
  await idle();
  if ("serviceWorker" in navigator) {
    void quietly(push.start);
    void quietly(watchUpdates);
    keepFilesOfPage();
  }
  void quietly(showSilentDevices);
  const photo = /** @type {HTMLElement | null} */ (document.querySelector("[data-profile-photo]"));
  photo?.closest("[popover]")?.addEventListener("toggle", () => void quietly(() => showProfilePhoto(photo)), { once: true });
}

watchInstall();
void begin();
