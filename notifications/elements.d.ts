import type { DeliveryStateElement } from "#notifications/components/delivery-state.js";
import type { DeviceList } from "#notifications/components/device-list.js";
import type { NotificationPreferences } from "#notifications/components/notification-preferences.js";
import type { PushSwitch } from "#notifications/components/push-switch.js";
import type { SilentDevices } from "#notifications/components/silent-devices.js";

// Gives querySelector("device-list") its type. Only the type checker reads this file.
declare global {
  interface HTMLElementTagNameMap {
    "delivery-state": DeliveryStateElement;
    "device-list": DeviceList;
    "notification-preferences": NotificationPreferences;
    "push-switch": PushSwitch;
    "silent-devices": SilentDevices;
  }
}
