// bundle.mjs - an independent reader of Docket's bundle, written from sync/bundle/BUNDLE.md and the
// description of libsodium's secretstream. X25519 and ChaCha20 are node's, BLAKE2b is @noble/hashes',
// HChaCha20 and Poly1305 stand here; none of Docket's code.
import { createCipheriv, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { blake2b } from '@noble/hashes/blake2b';

const hash = (...parts) => blake2b(Buffer.concat(parts.map((p) => Buffer.from(p))), { dkLen: 32 });
export const keyId = (pk) => hash(pk).slice(0, 8);

export class Bad extends Error {
    constructor(how, why) {
        super(why);
        this.how = how;
    }
}
function must(ok, how, why) {
    if (!ok) throw new Bad(how, why);
}

// ---- primitives ---------------------------------------------------------------------------------

function x25519(sk, pk) {
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), sk]);
    const spki = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), pk]);
    return diffieHellman({
        privateKey: createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }),
        publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
    });
}

const rotl = (v, n) => ((v << n) | (v >>> (32 - n))) >>> 0;
function hchacha20(key, nonce) {
    const x = new Uint32Array(16);
    x.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
    for (let i = 0; i < 8; i++) x[4 + i] = Buffer.from(key).readUInt32LE(4 * i);
    for (let i = 0; i < 4; i++) x[12 + i] = Buffer.from(nonce).readUInt32LE(4 * i);
    const quarter = (a, b, c, d) => {
        x[a] += x[b]; x[d] = rotl(x[d] ^ x[a], 16);
        x[c] += x[d]; x[b] = rotl(x[b] ^ x[c], 12);
        x[a] += x[b]; x[d] = rotl(x[d] ^ x[a], 8);
        x[c] += x[d]; x[b] = rotl(x[b] ^ x[c], 7);
    };
    for (let round = 0; round < 10; round++) {
        quarter(0, 4, 8, 12); quarter(1, 5, 9, 13); quarter(2, 6, 10, 14); quarter(3, 7, 11, 15);
        quarter(0, 5, 10, 15); quarter(1, 6, 11, 12); quarter(2, 7, 8, 13); quarter(3, 4, 9, 14);
    }
    const out = Buffer.alloc(32);
    [0, 1, 2, 3, 12, 13, 14, 15].forEach((from, i) => out.writeUInt32LE(x[from], 4 * i));
    return out;
}

// ChaCha20 of RFC 8439 from a block on: the counter is the first four bytes of OpenSSL's iv.
function chacha20(key, nonce, block, data) {
    const iv = Buffer.concat([Buffer.alloc(4), nonce]);
    iv.writeUInt32LE(block);
    return createCipheriv('chacha20', key, iv).update(data);
}

const little = (b) => [...b].reduceRight((n, v) => (n << 8n) | BigInt(v), 0n);
function poly1305(key, data) {
    const p = (1n << 130n) - 5n, r = little(key.slice(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
    let a = 0n;
    for (let i = 0; i < data.length; i += 16) {
        a = ((a + little([...data.slice(i, i + 16), 1])) * r) % p;
    }
    a = (a + little(key.slice(16, 32))) & ((1n << 128n) - 1n);
    return Buffer.from(Array.from({ length: 16 }, (_, i) => Number((a >> BigInt(8 * i)) & 0xffn)));
}

// ---- secretstream -------------------------------------------------------------------------------

class Stream {
    constructor(key, header) {
        this.key = hchacha20(key, header.slice(0, 16));
        this.nonce = Buffer.concat([Buffer.from([1, 0, 0, 0]), header.slice(16, 24)]);
    }
    pull(c, ad) {
        const n = c.length - 17, block = Buffer.alloc(64), pad = (k) => Buffer.alloc((16 - (k % 16)) % 16);
        block[0] = c[0];
        const lengths = Buffer.alloc(16);
        lengths.writeBigUInt64LE(BigInt(ad.length), 0);
        lengths.writeBigUInt64LE(BigInt(64 + n), 8);
        const plainBlock = chacha20(this.key, this.nonce, 1, block);
        const tag = plainBlock[0];
        const sent = Buffer.from(plainBlock);
        sent[0] = c[0];
        const body = c.slice(1, 1 + n), otk = chacha20(this.key, this.nonce, 0, Buffer.alloc(32));
        // libsodium pads the text to (16 - 64 + length) mod 16: what a multiple of 16 lacks, or none
        const mac = poly1305(otk, Buffer.concat([ad, pad(ad.length), sent, body,
            Buffer.alloc((0x10 - 64 + n) & 0xf), lengths]));
        if (!mac.equals(Buffer.from(c.slice(1 + n)))) return null;
        const plain = chacha20(this.key, this.nonce, 2, body);
        for (let i = 0; i < 8; i++) this.nonce[4 + i] ^= mac[i];
        for (let i = 0, carry = 1; i < 4 && carry; i++) {
            this.nonce[i] = (this.nonce[i] + 1) & 0xff;
            carry = this.nonce[i] === 0;
        }
        return { tag, plain };
    }
}

// ---- BUNDLE.md ----------------------------------------------------------------------------------

function header(b) {
    must(Buffer.from('DKT').equals(b.slice(0, 3)) || b.length < 3, 'bad form', 'no bundle');
    must(b.length >= 5, 'incomplete', 'header');
    must(b[3] === 1, 'made by a newer version', 'version');
    must(b[4] <= 2, 'bad form', 'kind of sender');
    const sender = b[4] === 1 ? 32 : 8, raw = 5 + 16 + sender + 8 + 32;
    must(b.length >= raw + 24, 'incomplete', 'header');
    return {
        deployment: b.slice(5, 21), recipient: b.slice(21 + sender, 29 + sender),
        ephemeral: b.slice(raw - 32, raw), raw: b.slice(0, raw), stream: b.slice(raw, raw + 24),
    };
}

function streamKey(h, k) {
    let shared;
    try {
        shared = [x25519(k.recipientSecret, h.ephemeral), x25519(k.recipientSecret, k.senderKey)];
    } catch {
        throw new Bad('bad signature', 'a key of small order'); // OpenSSL refuses them by itself
    }
    const enrol = k.code ? [hash(Buffer.from('docket/enrol/1'), k.code)] : [];
    return hash(Buffer.from('docket/bundle/1'), h.raw, ...shared, k.senderKey, k.recipientKey, ...enrol);
}

// All frames of a bundle: [{kind, body}]. `k`: deployment, senderKey, recipientSecret, recipientKey, code.
export function readBundle(b, k) {
    const h = header(b);
    must(h.deployment.equals(k.deployment), 'for somebody else', 'deployment');
    must(h.recipient.equals(Buffer.from(keyId(k.recipientKey))), 'for somebody else', 'recipient');
    const stream = new Stream(streamKey(h, k), h.stream), frames = [];
    for (let at = h.raw.length + 24, last = false; ;) {
        if (last) {
            must(at === b.length, 'bad form', 'bytes behind');
            return frames;
        }
        must(b.length - at >= 4, 'incomplete', 'cut');
        const n = b.readUInt32BE(at);
        must(n >= 18 && n <= 65590, 'bad form', 'length of a frame');
        must(b.length - at - 4 >= n, 'incomplete', 'cut');
        const got = stream.pull(b.slice(at + 4, at + 4 + n), b.slice(at, at + 4));
        must(got !== null, 'bad signature', 'altered');
        must(got.tag === 0 || got.tag === 3, 'bad form', 'tag');
        const kind = got.plain[0];
        must(kind >= 1 && kind <= 3 && (kind === 1) === (frames.length === 0), 'bad form', 'kind');
        must(kind !== 3 || got.plain.length > 37, 'bad form', 'chunk');
        frames.push({ kind, body: got.plain.slice(1) });
        last = got.tag === 3;
        at += 4 + n;
    }
}
