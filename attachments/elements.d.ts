import type { AttachmentGallery } from "#attachments/components/attachment-gallery.js";

// Lets querySelector("attachment-gallery") know what it finds. Only the type checker reads this file.
declare global {
  interface HTMLElementTagNameMap {
    "attachment-gallery": AttachmentGallery;
  }
}
