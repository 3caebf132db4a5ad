/** What both inboxes show on demand: loaded after their first screen. */
import "#attachments/components/attachment-gallery.js";
import "#attachments/components/attachment-tray.js";

import "../components/confirm-dialog.js";
import "../components/message-menu.js";
import "../components/search-filters.js";
import "../components/search-results.js";
import "../components/thread-search.js";
