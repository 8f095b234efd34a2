// report_text.js - the lines under the report node of one tree of a dump, joined by line feeds.
//   node report_text.js TREE [SCREEN]    the last tree of that screen (sign-read)
'use strict';
const fs = require('fs');
const [file, screen = 'sign-read'] = process.argv.slice(2);
let block = [], found = null;
const close = () => { if (block.length > 0 && block[0].includes(` id=${screen} `)) found = block; };
for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    if (/^== \d+ /.test(line)) { close(); block = []; } else block.push(line);
}
close();
if (found === null) { console.error('no such screen'); process.exit(1); }
const lines = [];
let depth = -1;
for (const l of found) {
    const m = /^( *)(\w+) "((?:\\.|[^"\\])*)"/.exec(l);
    if (!m) continue;
    if (depth >= 0 && m[1].length <= depth) break;
    if (depth >= 0) {
        if (m[2] !== 'line' || m[1].length !== depth + 2) { console.error('not a line: ' + l); process.exit(1); }
        lines.push(m[3].replace(/\\(.)/g, (_, c) => c === 'n' ? '\n' : c));
    } else if (m[2] === 'report') depth = m[1].length;
}
process.stdout.write(lines.join('\n'));
