"""Write the rows of a table: a row of short cells is one line, other cells follow each other."""

from itertools import pairwise

from notifications.inbound_email.reading.lines import OBJECT, Lines

BETWEEN_CELLS = " · "


class Table:
    """A table that is being read. Programs use tables for data, and to place text on a page."""

    def __init__(self, outer: Lines) -> None:
        self.outer = outer
        self._cells: list[Lines] = []
        self._cell: Lines | None = None

    def open_row(self) -> None:
        self.close_row()

    def open_cell(self) -> Lines:
        self.close_cell()
        self._cell = Lines(self.outer.depth)
        return self._cell

    def has(self, lines: Lines) -> bool:
        """Tell whether lines are those of the cell that is open."""
        return lines is self._cell

    def close_cell(self) -> Lines:
        if self._cell is not None:
            self._cells.append(self._cell)
            self._cell = None
        return self.outer

    def close_row(self) -> None:
        self.close_cell()
        cells = [cell for cell in self._cells if cell.lines()]
        self._cells = []
        if not cells:
            return
        if all(len(cell.lines()) == 1 and cell.depth == self.outer.depth for cell in cells):
            self.outer.take_line(_one_line([cell.lines()[0] for cell in cells]))
            return
        for cell in cells:
            self.outer.start_block()
            self.outer.take(cell)
            self.outer.start_block()


def _one_line(cells: list[str]) -> str:
    """Join the cells of a row. A label ("De :") and a picture need no mark after them."""
    line = cells[0]
    for before, cell in pairwise(cells):
        words = OBJECT.sub("", before).strip()
        is_plain = not words or words.endswith(":") or not OBJECT.sub("", cell).strip()
        line += (" " if is_plain else BETWEEN_CELLS) + cell
    return line
