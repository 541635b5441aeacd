"""A real, small PDF of an invoice: one page of Helvetica, written by hand so that the simulator needs no library."""

from __future__ import annotations

HEAD = b"%PDF-1.4\n"
LINE = 18
"""Points from one line to the next."""


def pdf(lines: list[str]) -> bytes:
    """One A4 page with these lines of text; what Latin-1 cannot say becomes a question mark."""
    text = ["BT", "/F1 11 Tf", f"{LINE} TL", "56 780 Td"]
    for line in lines[:40]:
        text += [f"({escaped(line)}) Tj", "T*"]
    stream = "\n".join([*text, "ET"]).encode("latin-1", "replace")
    return assembled(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )


def escaped(text: str) -> str:
    """Text as a PDF string wants it."""
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def assembled(*objects: bytes) -> bytes:
    """A file of numbered objects with its table of where each begins."""
    body, places = HEAD, []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + tail
