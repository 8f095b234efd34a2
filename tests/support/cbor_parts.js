// cbor_parts.js FILE - the values of the outermost CBOR map: key, where the value begins, its length.
'use strict';
const b = require('fs').readFileSync(process.argv[2]);
function head(at) { // [major, argument, where it ends]
    const info = b[at] & 31, n = info < 24 ? 0 : 1 << (info - 24);
    let v = info;
    if (n > 0) { v = 0; for (let i = 1; i <= n; i++) v = v * 256 + b[at + i]; }
    return [b[at] >> 5, v, at + 1 + n];
}
function skip(at) {
    const [major, n, end] = head(at);
    if (major === 2 || major === 3) return end + n;
    if (major === 6) return skip(end);
    let p = end;
    if (major === 4) for (let i = 0; i < n; i++) p = skip(p);
    if (major === 5) for (let i = 0; i < 2 * n; i++) p = skip(p);
    return p;
}
const [major, n, first] = head(0);
if (major !== 5) process.exit(1);
for (let i = 0, p = first; i < n; i++) {
    const [, key, from] = head(p), end = skip(from);
    console.log(key, from, end - from);
    p = end;
}
