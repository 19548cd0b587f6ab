"""Documents made for the tests: packages, PDF files and messages that hold them."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from collections.abc import Mapping

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def relationships(*rows: tuple[str, str], mode: str = "External") -> str:
    """A `.rels` member with one relationship a row: last word of its type, target (escaped by the caller)."""
    inner = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}{kind}" Target="{target}" TargetMode="{mode}"/>'
        for number, (kind, target) in enumerate(rows)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def package(members: Mapping[str, str | bytes], *, deflated: bool = True) -> bytes:
    """A zip archive as Python's zipfile writes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def document(*rows: tuple[str, str]) -> bytes:
    """A Word file with these relationships."""
    return package({"word/document.xml": "<w:document/>", "word/_rels/document.xml.rels": relationships(*rows)})


def pdf(*objects: str) -> bytes:
    """A PDF file with these objects, numbered from 1; its table is left out, as in a file that was patched."""
    body = "".join(f"{number} 0 obj\n{content}\nendobj\n" for number, content in enumerate(objects, 1))
    return f"%PDF-1.7\n{body}trailer\n<< /Root 1 0 R >>\n%%EOF\n".encode("latin-1")


def object_stream(content: str, more: str = "") -> bytes:
    """A PDF file whose only object stands in a compressed stream (ISO 32000-1 7.5.7)."""
    packed = zlib.compress(f"11 0 {content}".encode("latin-1"))
    head = f"9 0 obj\n<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length {len(packed)}{more}>>\nstream\r\n"
    return b"%PDF-1.7\n" + head.encode() + packed + b"\r\nendstream\nendobj\n%%EOF\n"


def mail(content: bytes, content_type: str, name: str) -> bytes:
    """A message with one attachment, in base64."""
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return (
        b"From: a@a.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n"
        + f"--x\r\nContent-Type: {content_type}\r\n".encode()
        + f'Content-Disposition: attachment; filename="{name}"\r\n'.encode()
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + encoded
        + b"\r\n--x--\r\n"
    )
