/**
 * The package `liaison-elements`: the elements of a client's conversations, for the pages of another site. `connect` says where the
 * server is and who the person is.
 */

import "./styles.js";

import "#attachments/components/attachment-gallery.js";
import "#attachments/components/attachment-library.js";
import "#core/components/connection-banner.js";
import "#core/components/person-avatar.js";
import "#core/components/relative-time.js";
import "#messaging/components/conversation-form.js";
import "#messaging/components/conversation-list.js";
import "#messaging/components/conversation-thread.js";
import "#messaging/components/message-composer.js";
import "#messaging/components/unread-badge.js";
import "#messaging/components/unread-count.js";
import "#messaging/components/who-answers.js";
import "#messaging/pages/client-inbox.js";
import "#messaging/pages/inbox-rest.js";
import "#notifications/components/delivery-state.js";
import "#notifications/components/mute-button.js";
import "#notifications/components/push-switch.js";

export { ApiError, NetworkError } from "#core/api.js";
export { connect } from "./connect.js";
