"""Where each file is in the ZIP. Names are for people, so they are French in each language."""

from dataclasses import dataclass

from django.utils.text import slugify

from attachments.models import Attachment
from attachments.uploads.filenames import clean_name

SLUG_LENGTH = 40


@dataclass(frozen=True)
class Place:
    """The folders of one conversation: `001-carrelage-du-sejour` in each of them."""

    number: int
    subject: str
    # The ZIP is one conversation in one volume: its page is the first one.
    is_alone: bool = False

    @property
    def folder(self) -> str:
        return f"{self.number:03d}-{slugify(self.subject)[:SLUG_LENGTH].strip('-') or 'sans-titre'}"

    @property
    def up(self) -> str:
        """From its pages to the root of the ZIP."""
        return "" if self.is_alone else "../../"

    def page(self, volume: int, ending: str) -> str:
        if self.is_alone:
            return f"lire.{ending}"
        return f"conversations/{self.folder}/lire-{volume:02d}.{ending}"

    def data(self, name: str) -> str:
        return f"data/{self.folder}/{name}"

    def chain(self, name: str) -> str:
        return f"chaine/{self.folder}/{name}"

    def file(self, owner: str, position: int, file: Attachment) -> str:
        """`owner` is the seq of a message, or `note` and its number."""
        name = clean_name(file.name).replace("/", "_").replace(":", "_")
        return f"fichiers/{self.folder}/{owner}-{position + 1}-{name}"

    def preview(self, owner: str, position: int) -> str:
        return f"apercus/{self.folder}/{owner}-{position + 1}.webp"


def owner_of(seq: int) -> str:
    return f"{seq:05d}"
