"""Cuts Inter to what invoices need, with figures of equal width as the default ones.

Inter is under the SIL Open Font License (OFL.txt). With npm's @expo-google-fonts/inter 0.4.2 and PyPI's fonttools:
python3 subset.py 400Regular/Inter_400Regular.ttf Inter-Regular.ttf, and the same for 600SemiBold.
"""
import sys
from fontTools import subset
from fontTools.ttLib import TTFont

KEEP = ("U+0020-007E,U+00A0-017F,U+0192,U+01CD-01DC,U+0218-021B,U+02C6-02DD,U+0386-03CE,U+0400-045F,U+0490-0491,"
        "U+1E80-1E9E,U+1EA0-1EF9,U+2010-2027,U+202F,U+2030-203A,U+2044,U+20A0-20C0,U+2122,U+2190-2193,U+2212,U+2248,"
        "U+2260,U+2264-2265,U+FFFD")

source, target = sys.argv[1:]
font = TTFont(source)
lookups = {index for record in font["GSUB"].table.FeatureList.FeatureRecord if record.FeatureTag == "tnum"
           for index in record.Feature.LookupListIndex}
swap = {}
for index in lookups:
    for table in font["GSUB"].table.LookupList.Lookup[index].SubTable:
        swap.update(getattr(table, "ExtSubTable", table).mapping)
for table in font["cmap"].tables:
    for code, name in list(table.cmap.items()):
        if chr(code) in "0123456789.,+−$€£¥" and name in swap:
            table.cmap[code] = swap[name]
options = subset.Options(hinting=False, layout_features=[], notdef_outline=True,
                         name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], drop_tables=["STAT", "DSIG", "gasp", "GSUB", "GPOS", "GDEF"])
cutter = subset.Subsetter(options)
cutter.populate(unicodes=subset.parse_unicodes(KEEP))
cutter.subset(font)
font.save(target)
