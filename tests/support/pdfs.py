"""PDF files made by pypdf: with a text layer in any letters, as scans, locked, or broken off."""

from io import BytesIO

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)


def _name(text):
    return NameObject(f"/{text}")


def _stream(content):
    stream = DecodedStreamObject()
    stream.set_data(content)
    return stream


def _font(writer, letters):
    """A composite font that draws nothing but says by its ToUnicode map which letters it stands for."""
    rows = "\n".join(f"<{code:04x}> <{letter.encode('utf-16-be').hex()}>" for letter, code in letters.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(letters)} beginbfchar\n{rows}\nendbfchar endcmap end end"
    )
    info = DictionaryObject(
        {
            _name("Registry"): TextStringObject("Adobe"),
            _name("Ordering"): TextStringObject("Identity"),
            _name("Supplement"): NumberObject(0),
        }
    )
    described = writer._add_object(
        DictionaryObject(
            {
                _name("Type"): _name("Font"),
                _name("Subtype"): _name("CIDFontType2"),
                _name("BaseFont"): _name("Thu"),
                _name("CIDSystemInfo"): info,
                _name("DW"): NumberObject(500),
            }
        )
    )
    return DictionaryObject(
        {
            _name("Type"): _name("Font"),
            _name("Subtype"): _name("Type0"),
            _name("BaseFont"): _name("Thu"),
            _name("Encoding"): _name("Identity-H"),
            _name("DescendantFonts"): ArrayObject([described]),
            _name("ToUnicode"): writer._add_object(_stream(cmap.encode())),
        }
    )


def pdf(*pages, password=None):
    """Return a PDF; each page is a text of lines, or "" for a page without any (a scan)."""
    writer = PdfWriter()
    letters = {letter: code for code, letter in enumerate(sorted(set("".join(pages)) - {"\n"}), 1)}
    font = writer._add_object(_font(writer, letters))
    for text in pages:
        page = writer.add_blank_page(595, 842)
        drawn = "".join(
            f"1 0 0 1 60 {780 - 16 * row} Tm <{''.join(f'{letters[one]:04x}' for one in line)}> Tj\n"
            for row, line in enumerate(text.split("\n"))
        )
        page[_name("Resources")] = DictionaryObject({_name("Font"): DictionaryObject({_name("F"): font})})
        content: StreamObject = _stream(f"BT /F 12 Tf\n{drawn}ET".encode())
        page[_name("Contents")] = writer._add_object(content)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    packed = BytesIO()
    writer.write(packed)
    return packed.getvalue()
