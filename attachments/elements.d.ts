import type { AttachmentGallery } from "#attachments/components/attachment-gallery.js";

// Gives querySelector("attachment-gallery") its type. Only the type checker reads this file.
declare global {
  interface HTMLElementTagNameMap {
    "attachment-gallery": AttachmentGallery;
  }
}
