"""Specimens of documents: one page of PDF each, which says what it stands for and that it is made up."""

from typing import Final

_NOTE: Final = "SPECIMEN, made up to try caseworker with"


def specimen(document: str, of: str) -> bytes:
    """The page for a document of somebody. Letters beyond Western European ones are shown as `?`."""
    lines = ((28, 760, document.upper()), (18, 720, of), (12, 690, _NOTE))
    text = b"".join(b"BT /F %d Tf 60 %d Td (%b) Tj ET\n" % (size, y, _string(line)) for size, y, line in lines)
    return _pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%bendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )


def _string(text: str) -> bytes:
    data = text.encode("cp1252", errors="replace")
    return data.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _pdf(*objects: bytes) -> bytes:
    """The objects, numbered from 1, with the table of their places; the first is the catalog."""
    content, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        content
        + b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            size,
            table,
            size,
            len(content),
        )
    )
