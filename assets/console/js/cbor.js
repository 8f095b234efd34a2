// Strict CBOR (core/journal/ENTRY.md, 1): one encoding for one thing, and everything else refused.
export class Refused extends Error {}
const must = (fact, why) => { if (!fact) { throw new Refused(why); } };
export const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const before = (a, b) => {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
        if (a[i] !== b[i]) { return a[i] < b[i]; }
    }
    return a.length < b.length;
};
const number = (n) => (n <= BigInt(Number.MAX_SAFE_INTEGER) && n >= -BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n);

// An item from `at` on: {value, end}. Maps are Map, byte strings Uint8Array, integers beyond 2^53 BigInt.
export function item(b, at = 0, depth = 0) {
    must(at < b.length, 'it ends too soon');
    must(depth <= 8, 'it is nested too deep');
    const major = b[at] >> 5, low = b[at] & 31;
    let n = BigInt(low), p = at + 1;
    if (major === 7) {
        must(low >= 20 && low <= 22, 'a value of no known kind');
        return { value: [false, true, null][low - 20], end: p };
    }
    if (low >= 24) {
        must(low <= 27, 'a length is not definite');
        const size = 1 << (low - 24);
        must(p + size <= b.length, 'it ends too soon');
        n = 0n;
        for (let i = 0; i < size; i++) { n = n << 8n | BigInt(b[p + i]); }
        must(n >= [24n, 256n, 65536n, 4294967296n][low - 24], 'a head is longer than it need be');
        p += size;
    }
    if (major === 0) { must(n < 1n << 63n, 'a number is too large'); return { value: number(n), end: p }; }
    if (major === 1) { must(n < 1n << 63n, 'a number is too large'); return { value: number(-1n - n), end: p }; }
    if (major === 6) {
        must(n === 18n && depth === 0, 'a tag that is not known');
        const inner = item(b, p, depth + 1);
        return { value: { tag: 18, value: inner.value }, end: inner.end };
    }
    must(n <= BigInt(b.length - p), 'it ends too soon');
    const count = Number(n);
    if (major === 2 || major === 3) {
        const bytes = b.subarray(p, p + count);
        return { value: major === 2 ? bytes : new TextDecoder('utf-8', { fatal: true }).decode(bytes), end: p + count };
    }
    const list = [], map = new Map();
    let last = null;
    for (let i = 0; i < count; i++) {
        const key = item(b, p, depth + 1);
        if (major === 4) { list.push(key.value); p = key.end; continue; }
        const raw = b.subarray(p, key.end);
        must(last === null || before(last, raw), 'keys of a map are out of order');
        last = raw;
        const value = item(b, key.end, depth + 1);
        map.set(key.value, value.value);
        p = value.end;
    }
    return { value: major === 4 ? list : map, end: p };
}
export function whole(b) {
    const { value, end } = item(b);
    must(end === b.length, 'there are bytes behind it');
    return value;
}

// ---- writing: what is signed, and a manifest -------------------------------------------------------
const head = (major, n) => (n < 24 ? [major << 5 | n] : n < 256 ? [major << 5 | 24, n] : [major << 5 | 25, n >> 8, n & 255]);
export const bstr = (b) => [...head(2, b.length), ...b];
export const tstr = (s) => { const b = new TextEncoder().encode(s); return [...head(3, b.length), ...b]; };
export const uint = (n) => head(0, n);
export const array = (...items) => [...head(4, items.length), ...items.flat()];
export const map = (...pairs) => [...head(5, pairs.length), ...pairs.flat()];
