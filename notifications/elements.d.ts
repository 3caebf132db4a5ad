import type { AppNotice } from "#notifications/components/app-notice.js";
import type { DeliveryStateElement } from "#notifications/components/delivery-state.js";
import type { DeviceList } from "#notifications/components/device-list.js";
import type { EmailCard } from "#notifications/components/email-card.js";
import type { EmailDialog } from "#notifications/components/email-dialog.js";
import type { EmailsToSort } from "#notifications/components/emails-to-sort.js";
import type { NotificationPreferences } from "#notifications/components/notification-preferences.js";
import type { PushSwitch } from "#notifications/components/push-switch.js";
import type { SilentDevices } from "#notifications/components/silent-devices.js";

// Gives querySelector("device-list") its type. Only the type checker reads this file.
declare global {
  interface HTMLElementTagNameMap {
    "app-notice": AppNotice;
    "delivery-state": DeliveryStateElement;
    "device-list": DeviceList;
    "email-card": EmailCard;
    "email-dialog": EmailDialog;
    "emails-to-sort": EmailsToSort;
    "notification-preferences": NotificationPreferences;
    "push-switch": PushSwitch;
    "silent-devices": SilentDevices;
  }
}
