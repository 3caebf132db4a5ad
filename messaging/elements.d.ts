import type { CannedReplies } from "#messaging/components/canned-replies.js";
import type { CommandPalette } from "#messaging/components/command-palette.js";
import type { ConfirmDialog } from "#messaging/components/confirm-dialog.js";
import type { ConversationFilters } from "#messaging/components/conversation-filters.js";
import type { ConversationForm } from "#messaging/components/conversation-form.js";
import type { ConversationList } from "#messaging/components/conversation-list.js";
import type { ConversationThread } from "#messaging/components/conversation-thread.js";
import type { ExportForm } from "#messaging/components/export-form.js";
import type { ExportPage } from "#messaging/components/export-page.js";
import type { FilterDialog } from "#messaging/components/filter-dialog.js";
import type { MessageBubble } from "#messaging/components/message-bubble.js";
import type { MessageComposer } from "#messaging/components/message-composer.js";
import type { MessageList } from "#messaging/components/message-list.js";
import type { MessageMenu } from "#messaging/components/message-menu.js";
import type { PauseDialog } from "#messaging/components/pause-dialog.js";
import type { SearchField } from "#messaging/components/search-field.js";
import type { ShortcutHelp } from "#messaging/components/shortcut-help.js";
import type { ThreadNews } from "#messaging/components/thread-news.js";
import type { ThreadSearch } from "#messaging/components/thread-search.js";
import type { WhoAnswers } from "#messaging/components/who-answers.js";

// Gives querySelector("message-list") its type. Only the type checker reads this file.

declare global {
  interface HTMLElementTagNameMap {
    "canned-replies": CannedReplies;
    "command-palette": CommandPalette;
    "confirm-dialog": ConfirmDialog;
    "conversation-filters": ConversationFilters;
    "conversation-form": ConversationForm;
    "conversation-list": ConversationList;
    "conversation-thread": ConversationThread;
    "export-form": ExportForm;
    "export-page": ExportPage;
    "filter-dialog": FilterDialog;
    "message-bubble": MessageBubble;
    "message-composer": MessageComposer;
    "message-list": MessageList;
    "message-menu": MessageMenu;
    "pause-dialog": PauseDialog;
    "search-field": SearchField;
    "shortcut-help": ShortcutHelp;
    "thread-news": ThreadNews;
    "thread-search": ThreadSearch;
    "who-answers": WhoAnswers;
  }
}
