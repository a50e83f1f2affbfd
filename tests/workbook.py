"""Read a workbook back: its sheets by another program's reader, its charts as they are written."""

import io
import zipfile
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def sheets(content):
    """Rows by the name of the sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def charts(content):
    """Of all sheets: the cells that each line, column or interval is drawn from."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = sorted(name for name in parts.namelist() if name.startswith("xl/charts/chart"))
        trees = [ElementTree.fromstring(parts.read(name)) for name in names]
    return [[cell.text for cell in tree.iter(f"{_C}f")] for tree in trees]


def part(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return parts.read(name).decode()
