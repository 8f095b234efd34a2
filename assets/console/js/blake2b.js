// BLAKE2b (RFC 7693): browsers have Ed25519 and SHA-2, but not the hash that names everything here.
const IV = [0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n, 0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n];
const SIGMA = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4], [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13], [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11], [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5], [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
const MASK = 0xffffffffffffffffn;
const turn = (x, n) => ((x >> n) | (x << (64n - n))) & MASK;

function mix(v, a, b, c, d, x, y) {
    v[a] = (v[a] + v[b] + x) & MASK;
    v[d] = turn(v[d] ^ v[a], 32n);
    v[c] = (v[c] + v[d]) & MASK;
    v[b] = turn(v[b] ^ v[c], 24n);
    v[a] = (v[a] + v[b] + y) & MASK;
    v[d] = turn(v[d] ^ v[a], 16n);
    v[c] = (v[c] + v[d]) & MASK;
    v[b] = turn(v[b] ^ v[c], 63n);
}

function compress(h, block, counter, last) {
    const m = Array.from({ length: 16 }, (_, i) => block.getBigUint64(8 * i, true));
    const v = [...h, ...IV];
    v[12] ^= BigInt(counter);
    if (last) { v[14] ^= MASK; }
    for (let r = 0; r < 12; r++) {
        const s = SIGMA[r % 10];
        for (let i = 0; i < 4; i++) { mix(v, i, i + 4, i + 8, i + 12, m[s[2 * i]], m[s[2 * i + 1]]); }
        for (let i = 0; i < 4; i++) { mix(v, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12, m[s[8 + 2 * i]], m[s[9 + 2 * i]]); }
    }
    for (let i = 0; i < 8; i++) { h[i] ^= v[i] ^ v[i + 8]; }
}

// 32 bytes out; with a key, keyed by it.
export function blake2b(bytes, key = new Uint8Array(0)) {
    const h = [...IV];
    h[0] ^= BigInt(0x01010000 ^ (key.length << 8) ^ 32);
    const whole = new Uint8Array((key.length ? 128 : 0) + bytes.length);
    whole.set(key);
    whole.set(bytes, key.length ? 128 : 0);
    const blocks = Math.max(1, Math.ceil(whole.length / 128));
    for (let i = 0; i < blocks; i++) {
        const block = new Uint8Array(128);
        block.set(whole.subarray(128 * i, 128 * i + 128));
        compress(h, new DataView(block.buffer), Math.min(whole.length, 128 * (i + 1)), i === blocks - 1);
    }
    const out = new DataView(new ArrayBuffer(32));
    for (let i = 0; i < 4; i++) { out.setBigUint64(8 * i, h[i], true); }
    return new Uint8Array(out.buffer);
}
