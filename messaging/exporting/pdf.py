"""A PDF of a part of a conversation, made by fpdf2: its pages are in memory until it ends.

So a caller makes it of one volume (`volumes`). 500 messages take 1.3 s of processor time and some
5 MB beside the pictures.
"""

import gc
from collections.abc import Callable, Iterable

from attachments.models import Attachment
from messaging.exporting.heads import Head
from messaging.exporting.rows import Row

# Returns the bytes of a file's preview, or None.
Preview = Callable[[Attachment], bytes | None]


def pdf_of(head: Head, batches: Iterable[list[Row]], preview: Preview) -> bytes:
    """Return the PDF of some rows, in the active language."""
    # Not imported with the module: fpdf2 and fontTools are 26 MB in every process.
    from messaging.exporting import pdf_pages

    pages = pdf_pages.Pages(head)
    pdf_pages.write_head(pages)
    for rows in batches:
        for row in rows:
            pdf_pages.write_row(pages, row, preview)
    pages.ln(3)
    pages.words(head.end, size=9, style="B")
    content = bytes(pages.output())
    # Its objects know each other, so each PDF would stay until the collector passes: 10 MB.
    del pages
    gc.collect()
    return content
