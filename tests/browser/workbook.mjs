// The smallest workbook that a spreadsheet program would open, with texts in its cells.

import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SCRIPT = `
import sys, json, zipfile
from xml.sax.saxutils import escape
rows = json.loads(sys.argv[2])
cell = lambda r, c, t: '<c r="%s%d" t="inlineStr"><is><t>%s</t></is></c>' % ('ABCDEFGHI'[c], r + 1, escape(t))
data = ''.join('<row r="%d">%s</row>' % (r + 1, ''.join(cell(r, c, t) for c, t in enumerate(row))) for r, row in enumerate(rows))
main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
pkg = 'http://schemas.openxmlformats.org/package/2006/'
with zipfile.ZipFile(sys.argv[1], 'w') as z:
    z.writestr('[Content_Types].xml', '<Types xmlns="%scontent-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>' % pkg)
    z.writestr('_rels/.rels', '<Relationships xmlns="%srelationships"><Relationship Id="r1" Type="%s/officeDocument" Target="xl/workbook.xml"/></Relationships>' % (pkg, rel))
    z.writestr('xl/workbook.xml', '<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>' % (main, rel))
    z.writestr('xl/_rels/workbook.xml.rels', '<Relationships xmlns="%srelationships"><Relationship Id="r1" Type="%s/worksheet" Target="worksheets/sheet1.xml"/></Relationships>' % (pkg, rel))
    z.writestr('xl/worksheets/sheet1.xml', '<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (main, data))
`;

// Writes it under this name into a folder of its own, and gives its path.
export function workbook(name, rows) {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'lectern-sheet-')), name);
  execFileSync('python3', ['-c', SCRIPT, file, JSON.stringify(rows)]);
  return file;
}
