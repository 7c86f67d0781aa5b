"""Cuts the fonts that stand in where Inter has no letter, and packs them.

They are Noto Sans, under the SIL Open Font License (OFL-Noto.txt), as Debian 12 brings them in fonts-noto-core
(20201225) and fonts-noto-cjk (20220127). With PyPI's fonttools and brotli: python3 noto.py /usr/share/fonts .
Of Chinese and Japanese it keeps the letters of GB 2312, JIS X 0208, Big5 and KS X 1001, of Korean all syllables.
"""
import io
import sys
from pathlib import Path
import brotli
from fontTools import subset
from fontTools.ttLib import TTFont

SCRIPTS = ("Arabic Armenian Bengali Devanagari Ethiopic Georgian Gujarati Gurmukhi Hebrew Kannada Khmer Lao Malayalam "
           "Myanmar Sinhala Tamil Telugu Thai").split()


def letters(charset, rows):
    """All letters of a double-byte character set."""
    found = set()
    for lead in rows:
        for trail in range(0x40, 0xff):
            try:
                text = bytes([lead, trail]).decode(charset)
            except UnicodeDecodeError:
                continue
            found |= {ord(text)} if len(text) == 1 else set()
    return found


def cut(font, unicodes, target):
    options = subset.Options(hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
                             drop_tables=["STAT", "DSIG", "gasp", "VORG", "BASE", "vhea", "vmtx"],
                             layout_features=[it for it in subset.Options().layout_features if it not in ("vert", "vrt2")])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=unicodes)
    cutter.subset(font)
    packed = io.BytesIO()
    font.save(packed)
    target.write_bytes(brotli.compress(packed.getvalue(), quality=11, lgwin=24))
    print(target.name, len(packed.getvalue()), "packed", target.stat().st_size)


source, target = map(Path, sys.argv[1:])
for script in SCRIPTS:
    font = TTFont(source / f"truetype/noto/NotoSans{script}-Regular.ttf")
    cut(font, font.getBestCmap().keys(), target / f"NotoSans{script}.ttf.br")
font = TTFont(source / "opentype/noto/NotoSansCJK-Regular.ttc", fontNumber=0)
wide = letters("gb2312", range(0xa1, 0xff)) | letters("euc_jp", range(0xa1, 0xff)) | letters("euc_kr", range(0xa1, 0xff))
wide |= letters("big5", range(0xa4, 0xfa))
wide = {code for code in wide if code > 0x2e7f} | set(range(0x3000, 0x3100)) | set(range(0x3105, 0x3190)) | set(range(0xac00, 0xd7a4)) | set(range(0xff00, 0xfff0))
cut(font, wide & font.getBestCmap().keys(), target / "NotoSansCJK.otf.br")
