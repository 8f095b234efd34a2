// strokes_of.js FILE - from a report.cbor: 24 bytes out of the middle of the strokes, in hex.
'use strict';
const b = require('fs').readFileSync(process.argv[2]);
let p = 0;
function item() {
    const major = b[p] >> 5, info = b[p] & 31, n = info < 24 ? 0 : 1 << (info - 24);
    let v = info;
    if (n > 0) { v = 0; for (let i = 1; i <= n; i++) v = v * 256 + b[p + i]; }
    p += 1 + n;
    if (major === 2 || major === 3) { p += v; return b.subarray(p - v, p); }
    if (major === 4) return Array.from({ length: v }, item);
    if (major === 5) return new Map(Array.from({ length: v }, () => [item(), item()]));
    if (major === 6) return item();
    return major === 1 ? -1 - v : v;
}
// Evidence 3 of key 5 (PROOF.md): [manifest, content] of the strokes.
const strokes = item().get(5).get(3)[1];
const at = (strokes.length >> 1) - 12;
console.log(Buffer.from(strokes.subarray(at, at + 24)).toString('hex'));
