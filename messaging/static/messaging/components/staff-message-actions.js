import { icons } from "#core/icons.js";

import { t } from "../desk/thread/i18n/index.js";
import { companyActions } from "./message-actions.js";

/** What the company alone can do with a message. */

companyActions.push(
  { name: "unread", label: t("unreadFromHere"), icon: icons.mail },
  { name: "split", label: t("split"), icon: icons.share },
  { name: "forward", label: t("forward"), icon: icons.send },
);
