import type { ConversationForm } from "#messaging/components/conversation-form.js";
import type { ConversationList } from "#messaging/components/conversation-list.js";
import type { ConversationThread } from "#messaging/components/conversation-thread.js";
import type { MessageComposer } from "#messaging/components/message-composer.js";
import type { MessageList } from "#messaging/components/message-list.js";

// Gives querySelector("message-list") its type. Only the type checker reads this file.
declare global {
  interface HTMLElementTagNameMap {
    "conversation-form": ConversationForm;
    "conversation-list": ConversationList;
    "conversation-thread": ConversationThread;
    "message-composer": MessageComposer;
    "message-list": MessageList;
  }
}
