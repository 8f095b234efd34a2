// check.mjs - an independent reader of what Docket signs, written from core/journal/ENTRY.md and
// core/report/PROOF.md alone (bundle.mjs, edition.mjs: from their documents). CBOR by cborg, BLAKE2b by @noble/hashes, Ed25519 by node itself; none
// of Docket's code.
//
//   node check.mjs vectors                      the committed vectors
//   node check.mjs live REPORT.CBOR HQ.PUB      a report.cbor of this day
//   node check.mjs entry ENTRY CERT HQ.PUB      one entry, by its author's certificate
//   node check.mjs qr TEXT-OF-QR HQ.PUB [REPORT.TXT]
//
// Prints "ok - ..." or "not ok - ..." a claim; exit 1 when one does not hold.
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode, encode } from 'cborg';
import { blake2b } from '@noble/hashes/blake2b';
import { Bad, readBundle } from './bundle.mjs';
import { Unfit, dueAfter, readCalendars } from './edition.mjs';
import { render } from './template.mjs';

// ---- bytes, hashes, keys ------------------------------------------------------------------------

const hash = (b, key) => blake2b(b, key ? { dkLen: 32, key } : { dkLen: 32 });
const same = (a, b) => a.length === b.length && Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0;
const hex = (b) => Buffer.from(b).toString('hex');
const unhex = (s) => new Uint8Array(Buffer.from(s.trim(), 'hex'));
const isBytes = (v, n) => v instanceof Uint8Array && (n === undefined || v.length === n);
const isInt = (v, lo = 0, hi = 2n ** 63n - 1n) =>
    (Number.isInteger(v) || typeof v === 'bigint') && v >= lo && v <= hi;
const isZero = (b) => b.every((x) => x === 0);
const keyId = (pk) => hash(pk).slice(0, 8);
const MS = 2n ** 47n - 1n;

class Refused extends Error {
    constructor(how, why) {
        super(`${how}: ${why}`);
        this.how = how;
    }
}
const must = (holds, why, how = 'bad form') => {
    if (!holds) throw new Refused(how, why);
};

function ed25519(pk, message, signature) {
    const key = createPublicKey({
        key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(pk).toString('base64url') }, format: 'jwk',
    });
    return verify(null, message, key, signature);
}

// ---- section 1: the narrow encoding -------------------------------------------------------------

function walk(v, depth, text) {
    if (typeof v === 'number') return must(Number.isInteger(v) && !Object.is(v, -0), 'float');
    if (typeof v === 'bigint') return must(v >= -(2n ** 63n) && v < 2n ** 63n, 'integer range');
    if (typeof v === 'string') return must(text, 'text string');
    if (v === null || typeof v === 'boolean' || v instanceof Uint8Array) return;
    must(depth <= 8, 'nesting'); // arrays and maps that are open at once
    if (Array.isArray(v)) return v.forEach((x) => walk(x, depth + 1, text));
    must(v instanceof Map, 'type');
    for (const [k, x] of v) {
        must(typeof k === 'string' || isInt(k, -(2n ** 63n)), 'map key');
        walk(k, depth, text);
        walk(x, depth + 1, text);
    }
}

// The one item of `bytes`; what is not deterministic does not come out again as it went in.
function read(bytes, text = true) {
    let v;
    try {
        v = decode(bytes, {
            useMaps: true, strict: true, rejectDuplicateMapKeys: true, allowIndefinite: false,
            allowUndefined: false, allowInfinity: false, allowNaN: false, allowBigInt: true,
        });
    } catch (e) {
        throw new Refused('bad form', e.message);
    }
    walk(v, 1, text);
    must(same(encode(v), bytes), 'not the deterministic encoding');
    return v;
}

const plain = (map) => map instanceof Map && [...map.keys()].every((k) => isInt(k));

// ---- section 2: the envelope --------------------------------------------------------------------

function open(bytes, cap) {
    must(bytes.length <= cap, 'size', 'too big');
    must(bytes[0] === 0xd2, 'tag');
    const parts = read(bytes.slice(1));
    must(Array.isArray(parts) && parts.length === 4, 'four parts');
    const [prot, unprot, payload, sig] = parts;
    must(unprot instanceof Map && unprot.size === 0, 'unprotected header');
    must(isBytes(prot) && isBytes(payload) && isBytes(sig, 64), 'types of the parts');
    const head = read(prot);
    must(head instanceof Map && head.size === 2 && head.get(1) === -19 && isBytes(head.get(4), 8),
        'protected header');
    must(payload.length <= 4096, 'payload', 'too big');
    return { whole: bytes, prot, payload, sig, kid: head.get(4), hash: hash(bytes) };
}

function signedBy(m, type, deployment, pk) {
    const aad = Buffer.concat([Buffer.from(`docket/${type}/1`), deployment]);
    const message = encode(['Signature1', m.prot, new Uint8Array(aad), m.payload]);
    must(same(m.kid, keyId(pk)), 'key id is not of this key', 'bad signature');
    must(ed25519(pk, message, m.sig), 'signature', 'bad signature');
}

function payloadOf(m, last, required) {
    const p = read(m.payload);
    must(plain(p), 'payload is no map of numbers');
    for (const k of p.keys()) {
        must(k <= last, `unknown payload key ${k}`, 'made by a newer version');
        must(k >= 1, 'payload key');
    }
    for (const k of required) must(p.has(k), `payload key ${k} is missing`);
    return p;
}

// ---- sections 3 to 6: entries and attachments ---------------------------------------------------

function readEntry(bytes) {
    const m = open(bytes, 4096);
    read(m.payload, false); // no text anywhere
    const p = payloadOf(m, 12, [1, 2, 4, 6, 7, 8]);
    must(isBytes(p.get(1), 8), 'epoch');
    must(isInt(p.get(2), 1), 'sequence');
    const seq = BigInt(p.get(2));
    must(p.has(3) === seq > 1n && (!p.has(3) || isBytes(p.get(3), 32)), 'previous hash');
    must(isInt(p.get(4)), 'time');
    must(!p.has(5) || (isInt(p.get(5), -(2n ** 63n)) && p.get(5) !== 0), 'wall time');
    must(isInt(p.get(6), 0, MS), 'boot time');
    const subject = p.get(7);
    must(Array.isArray(subject) && subject.length === 2 && isInt(subject[0], 1, 255) &&
        isBytes(subject[1], 16), 'subject');
    must(isInt(p.get(8), 1, 65535), 'kind');
    const body = p.has(9) ? p.get(9) : new Map();
    must(body instanceof Map && (!p.has(9) || body.size > 0), 'body');
    must([...body.keys()].every((k) => isInt(k)), 'body key');
    if (p.has(9)) must(encode(body).length <= 2944, 'body too long', 'too big');
    const atts = p.has(10) ? p.get(10) : [];
    must(Array.isArray(atts) && atts.length <= 24 && (!p.has(10) || atts.length > 0) &&
        atts.every((a) => isBytes(a, 32)), 'attachments');
    if (p.has(11)) checkEvidence(p.get(11));
    if (p.has(12)) {
        const a = p.get(12);
        must(Array.isArray(a) && a.length === 2 && isBytes(a[0], 16) && !isZero(a[0]) &&
            isInt(a[1], 1, 255), 'actor');
    }
    const ms = BigInt(p.get(4)) >> 16n;
    const wall = ms + BigInt(p.has(5) ? p.get(5) : 0);
    must(wall >= 0n && wall <= MS, 'wall time');
    return {
        ...m, author: m.kid, epoch: p.get(1), seq, prev: p.get(3), wall, kind: p.get(8), type: subject[0], subject: subject[1], body, atts,
        evidence: p.get(11) || new Map(), actor: p.get(12),
    };
}

// What headquarters says of a login, a token, an item that it could not keep: nothing beyond the
// keys of the document, numbers and ids alone.
const KIND_ACCESS = 14, KIND_ITEM_SETTLED = 15;

function checkAccess(e) {
    const b = e.body, access = e.kind === KIND_ACCESS;
    must(e.type === (access ? 13 : 14) && e.atts.length === 0 && e.actor !== undefined, 'subject');
    must([...b.keys()].every((k) => k >= 1 && k <= (access ? 5 : 1)) && isInt(b.get(1), 1, access ? 7 : 5), 'step');
    if (!access) return `reason ${b.get(1)}`;
    must(isBytes(b.get(2), 16) && !isZero(b.get(2)), 'person');
    must(!b.has(3) || isInt(b.get(3), 1, 2 ** 20 - 1), 'scopes');
    must(!b.has(4) || isInt(b.get(4), 1, MS), 'until');
    must(!b.has(5) || isInt(b.get(5), 1, 255), 'role');
    must(b.has(3) === (b.get(1) === 6), 'scopes are of a token that is made');
    return `step ${b.get(1)}`;
}

// Section 5: an answer to a help request names it; its words are an attachment.
function checkHelp(e) {
    const b = e.body;
    must(e.kind === 39 && (e.type === 3 || e.type === 9) && e.actor !== undefined, 'subject');
    must([...b.keys()].every((k) => k >= 1 && k <= 5) && isBytes(b.get(1), 32) && isInt(b.get(2), 1, 6), 'decision');
    must(!b.has(3) || (isBytes(b.get(3), 16) && !isZero(b.get(3))), 'person');
    must(!b.has(4) || isInt(b.get(4), 1, MS), 'when');
    must(e.atts.length === (b.get(5) === 1 ? 1 : 0), 'words');
    return `decision ${b.get(2)}`;
}

// Section 5: a rating before a sign-off is the visit and its sealed ratings, nothing that could be read.
function checkRated(e) {
    must(e.kind === 43 && e.type === 3 && e.actor === undefined, 'subject');
    must(e.body.size === 1 && isBytes(e.body.get(1), 8) && !isZero(e.body.get(1)), 'visit');
    must(e.atts.length === 1 && !isZero(e.atts[0]), 'ratings');
    return `rating ${e.seq}`;
}

function checkEvidence(ev) {
    must(ev instanceof Map && ev.size > 0, 'evidence');
    for (const [k, v] of ev) {
        if (k === 1) must(isBytes(v, 8), 'boot id');
        else if (k === 2) {
            must(Array.isArray(v) && v.length === 2 && isInt(v[0], 0, MS) && isBytes(v[1], 32),
                'evidence receipt');
        } else if (k === 3) must(isInt(v, -1440, 1440), 'evidence offset');
        else must(false, 'evidence key');
    }
}

// Section 11: two entries that one key signed under one sequence.
function readFork(bytes, pk, deployment) {
    const two = read(bytes, false);
    must(Array.isArray(two) && two.length === 2 && two.every((e) => isBytes(e)), 'fork proof');
    const [a, b] = two.map((e) => readEntry(e));
    must(same(a.author, b.author) && same(a.epoch, b.epoch) && a.seq === b.seq &&
        !same(a.hash, b.hash), 'not a fork');
    must(Buffer.compare(Buffer.from(a.hash), Buffer.from(b.hash)) < 0, 'order of entries');
    signedBy(a, 'entry', deployment, pk);
    signedBy(b, 'entry', deployment, pk);
    return a.author;
}

// A fork as a file: the proof, and the certificate of the key that signed both.
function readForkFile(bytes, issuer, deployment) {
    const two = read(bytes, false);
    must(Array.isArray(two) && two.length === 2 && two.every((e) => isBytes(e)), 'fork file');
    const cert = readCert(two[1], issuer, deployment);
    must(same(readFork(two[0], cert.pk, deployment), cert.author), 'certificate of another author');
}

function readManifest(bytes) {
    const m = read(bytes, false);
    must(m instanceof Map && m.size === 4 && isBytes(m.get(1), 32) && isInt(m.get(2), 1, 255) &&
        isInt(m.get(3), 0, 33554432) && Array.isArray(m.get(4)), 'manifest');
    must(bytes.length <= 17408, 'manifest', 'too big');
    must(m.get(4).length === Math.ceil(m.get(3) / 65536), 'number of chunks');
    return { salt: m.get(1), type: m.get(2), length: m.get(3), chunks: m.get(4), name: hash(bytes) };
}

function checkContent(m, content) {
    must(content.length === m.length, 'length of the content', 'bad signature');
    m.chunks.forEach((h, i) => {
        const chunk = content.slice(i * 65536, (i + 1) * 65536);
        must(same(hash(chunk, m.salt), h), 'chunk', 'bad signature');
    });
}

// ---- sections 7 to 10: documents ----------------------------------------------------------------

function readTrust(bytes) {
    const m = open(bytes, 4096);
    const p = payloadOf(m, 7, [1, 2, 3, 4, 5, 7]);
    must(isInt(p.get(1), 1) && isBytes(p.get(2), 32) && isBytes(p.get(3), 16), 'trust document');
    must(typeof p.get(4) === 'string' && p.get(4) !== '' && Buffer.byteLength(p.get(4)) <= 95, 'name');
    must(isInt(p.get(7), 0, 36525), 'legal period');
    const keys = p.get(5);
    must(Array.isArray(keys) && keys.length <= 24, 'keys');
    for (const k of keys) {
        must(Array.isArray(k) && k.length === 5 && isInt(k[0], 1, 4) && isBytes(k[1], 32) &&
            isInt(k[2], 0, MS) && isInt(k[3], 0, MS) && typeof k[4] === 'boolean', 'key');
    }
    signedBy(m, 'trust', p.get(3), p.get(2));
    return {
        ...m, serial: p.get(1), root: p.get(2), deployment: p.get(3), next: p.get(6),
        keys: keys.map(([use, pk, from, until, revoked]) => ({ use, pk, id: keyId(pk), from, until, revoked })),
    };
}

function keyOf(trust, use, id) {
    const k = trust.keys.find((x) => x.use === use && same(x.id, id));
    must(k !== undefined, 'key that the trust document does not list', 'untrusted');
    return k;
}

function readCert(bytes, pk, deployment) {
    const m = open(bytes, 512);
    const p = payloadOf(m, 8, [1, 2, 3, 4, 5, 6, 7, 8]);
    must(isBytes(p.get(1), 32) && isBytes(p.get(2), 32) && isBytes(p.get(3), 16) &&
        isInt(p.get(4), 1, 255) && isBytes(p.get(5), 8) && isInt(p.get(6), 0, MS) &&
        isInt(p.get(7), 0, MS) && isBytes(p.get(8)), 'certificate');
    must(Buffer.from(p.get(8)).toString('latin1').match(/^[!-~]{1,8}$/) !== null, 'prefix');
    signedBy(m, 'certificate', deployment, pk);
    return { ...m, pk: p.get(1), author: keyId(p.get(1)), person: p.get(3), role: p.get(4) };
}

function certUnder(bytes, trust) {
    const issuer = keyOf(trust, 1, open(bytes, 512).kid);
    must(!issuer.revoked, 'issuing key was revoked', 'untrusted');
    return readCert(bytes, issuer.pk, trust.deployment);
}

function readRevocation(bytes, pk, deployment) {
    const m = open(bytes, 4096);
    const p = payloadOf(m, 4, [1, 2, 3, 4]);
    must(isInt(p.get(1), 1) && isBytes(p.get(2), 8) && isInt(p.get(3), 0, MS) &&
        Array.isArray(p.get(4)) && p.get(4).length <= 64, 'revocation');
    for (const h of p.get(4)) {
        must(Array.isArray(h) && h.length === 3 && isBytes(h[0], 8) && isInt(h[1], 1) &&
            isBytes(h[2], 32), 'head');
    }
    signedBy(m, 'revocation', deployment, pk);
    return { ...m, number: p.get(1), author: p.get(2), heads: p.get(4) };
}

function readReceipt(bytes, pk, deployment) {
    const m = open(bytes, 1536);
    const p = payloadOf(m, 9, [1, 2, 3, 4, 5, 6, 8]);
    must(isBytes(p.get(1), 8) && isBytes(p.get(2), 8) && isInt(p.get(3)) && isBytes(p.get(4), 32) &&
        isInt(p.get(5), 0, MS) && isInt(p.get(6)) && p.get(6) <= p.get(3), 'receipt');
    must(isZero(p.get(4)) === (p.get(3) === 0), 'head');
    const named = p.has(7) ? p.get(7) : [];
    must(Array.isArray(named) && named.length <= 32 && (!p.has(7) || named.length > 0) &&
        named.every((h) => isBytes(h, 32)), 'named attachments');
    const node = p.get(8);
    must(Array.isArray(node) && node.length === 3 && isBytes(node[0], 8) && isInt(node[1]) &&
        isBytes(node[2], 32), 'node');
    must(!p.has(9) || isInt(p.get(9), 1), 'revocation known');
    signedBy(m, 'receipt', deployment, pk);
    return {
        revoked: p.has(9) ? p.get(9) : 0,
        ...m, author: p.get(1), epoch: p.get(2), seq: BigInt(p.get(3)), head: p.get(4), ms: BigInt(p.get(5)),
    };
}

function receiptUnder(bytes, trust) {
    return readReceipt(bytes, keyOf(trust, 2, open(bytes, 1536).kid).pk, trust.deployment);
}

// ---- PROOF.md: hq.pub, report.cbor, QR ----------------------------------------------------------

function readHqPub(bytes) {
    const m = read(bytes, false);
    must(m instanceof Map && m.size === 3 && isBytes(m.get(1), 16) && isBytes(m.get(2), 32) &&
        isBytes(m.get(3)), 'hq.pub');
    const trust = readTrust(m.get(3));
    must(same(trust.root, m.get(2)) && same(trust.deployment, m.get(1)), 'hq.pub');
    return trust;
}

const KIND_FORGOTTEN = 9;
const KIND_SIGNED = 30;
// part: place among the entry's attachments, type of the attachment, flag of key 11
const PARTS = { 1: ['facts', 3, 0], 2: ['text', 4, 0], 3: ['strokes', 2, 1], 4: ['name', 1, 2], 5: ['reason', 1, 4] };

function checkSignoff(bytes, cert, trust) {
    const e = readEntry(bytes);
    must(same(e.author, cert.author), 'the certificate is of another author', 'bad signature');
    signedBy(e, 'entry', trust.deployment, cert.pk);
    must(e.kind === KIND_SIGNED && cert.role !== 2, 'no sign-off');
    const b = e.body, flags = b.get(11);
    must(isInt(flags, 0, 15) && isInt(b.get(2), 1, 3) && isBytes(b.get(4)) && isInt(b.get(6), 1, 3) &&
        isInt(b.get(7), 1, 2), 'body of the sign-off');
    must(b.get(2) !== 1 || (flags & 1) !== 0, 'signed without strokes');
    const named = {};
    let place = 0;
    for (const [part, [, , flag]] of Object.entries(PARTS)) {
        if (flag === 0 || (flags & flag) !== 0) named[part] = e.atts[place++];
    }
    place += (flags & 8) !== 0 ? 1 : 0;
    must(e.atts.length === place, 'number of attachments');
    return { e, named };
}

// Facts and entry say the same of number, version, class, amount and language.
function checkFacts(content, body, text) {
    const f = read(content);
    must(same(f.get(3), body.get(4)) && f.get(2) === body.get(3) && f.get(34) === body.get(6) &&
        (f.get(41) || 0) === body.get(5) && f.get(1) === body.get(7), 'entry and facts differ');
    if (text === undefined) return;
    must(text === render(f), 'the text is not what the template makes of the facts', 'bad signature');
}

// `heads` are the places that a receipt or the revocation names, with the hash that must stand there.
function checkChain(list, e, heads) {
    let last = e.hash, seq = e.seq;
    const to = heads.reduce((far, h) => (h.seq > far ? h.seq : far), e.seq);
    const look = () => must(heads.every((h) => h.seq !== seq || same(h.head, last)),
        'the entries do not lead to the heads');
    must(BigInt(list.length) === to - e.seq, 'entries up to the heads');
    look();
    for (const bytes of list) {
        const next = readEntry(bytes);
        seq += 1n;
        must(same(next.author, e.author) && same(next.epoch, e.epoch) && next.seq === seq &&
            same(next.prev, last), 'chain');
        last = next.hash;
        look();
    }
}

const KIND_ADMITTED = 12;

function checkAdmitted(bytes, nodes, trust, e) {
    const a = readEntry(bytes);
    const node = nodes.find((n) => same(n.author, a.author));
    must(node !== undefined && a.kind === KIND_ADMITTED, 'admitting entry');
    signedBy(a, 'entry', trust.deployment, node.pk);
    must(a.actor !== undefined && [4, 9].includes(a.actor[1]), 'who admitted it had no right to');
    must(same(a.subject, e.subject) && a.body.get(1).some((h) => same(h, e.hash)), 'it admits something else');
}

function checkForgotten(list, nodes, trust, named) {
    const gone = new Set();
    for (const bytes of list) {
        const e = readEntry(bytes);
        const node = nodes.find((n) => same(n.author, e.author));
        must(node !== undefined && e.kind === KIND_FORGOTTEN, 'forgetting entry');
        signedBy(e, 'entry', trust.deployment, node.pk);
        for (const h of e.body.get(1)) {
            for (const [part, name] of Object.entries(named)) if (same(h, name)) gone.add(part);
        }
    }
    return gone;
}

export function checkReport(file, hq) {
    const p = read(file, false);
    must(plain(p) && p.get(1) === 1, 'report.cbor');
    for (const k of p.keys()) must([1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15].includes(k), 'unknown part');
    const theirs = readTrust(p.get(4));
    must(same(theirs.deployment, hq.deployment) && (theirs.serial < hq.serial ||
        same(theirs.root, hq.root) || (hq.next && same(theirs.root, hq.next))),
    'trust document of another root', 'untrusted');
    const trust = theirs.serial > hq.serial ? theirs : hq;
    const cert = certUnder(p.get(3), trust);
    const { e, named } = checkSignoff(p.get(2), cert, trust);
    const said = { number: Buffer.from(e.body.get(4)).toString('latin1'), total: e.body.get(5), outcome: e.body.get(2) };
    const missing = new Set(Object.keys(named));
    const content = {};
    for (const [part, pair] of p.get(5)) {
        must(named[part] !== undefined && Array.isArray(pair) && pair.length === 2, 'evidence');
        const m = readManifest(pair[0]);
        must(same(m.name, named[part]) && m.type === PARTS[part][1], PARTS[part][0], 'bad signature');
        checkContent(m, pair[1]);
        missing.delete(String(part));
        content[part] = pair[1];
    }
    const text = content[2] && new TextDecoder('utf-8', { fatal: true }).decode(content[2]);
    if (content[1]) checkFacts(content[1], e.body, text);
    const heads = [];
    let cited = 0, known = 0;
    if (p.has(9)) {
        const r = receiptUnder(p.get(9), trust);
        must(e.evidence.has(2) && same(r.hash, e.evidence.get(2)[1]) && same(r.author, e.author),
            'receipt that is cited', 'bad signature');
        said.after = r.ms;
        cited = known = r.revoked;
    }
    if (p.has(10)) {
        const r = receiptUnder(p.get(10), trust);
        must(same(r.author, e.author) && same(r.epoch, e.epoch) && r.seq >= e.seq, 'receipt that covers');
        heads.push(r);
        said.before = r.ms;
        known = r.revoked > known ? r.revoked : known;
    }
    const nodes = (p.get(12) || []).map((c) => certUnder(c, trust));
    must(nodes.every((n) => n.role === 2), 'node');
    if (p.has(15)) checkAdmitted(p.get(15), nodes, trust, e);
    if (p.has(13)) {
        const r = readRevocation(p.get(13), keyOf(trust, 1, open(p.get(13), 4096).kid).pk, trust.deployment);
        must(same(r.author, e.author) && r.number >= known, 'revocation');
        if (!p.has(15)) {
            const here = r.heads.find(([epoch]) => same(epoch, e.epoch));
            must(here !== undefined && BigInt(here[1]) >= e.seq && !cited, 'revoked before');
            heads.push({ seq: BigInt(here[1]), head: here[2] });
        }
    } else {
        must(!known && !p.has(15), 'the revocation is missing');
        said.unrevoked = said.before ?? said.after;
    }
    checkChain(p.get(11) || [], e, heads);
    const gone = checkForgotten(p.get(14) || [], nodes, trust, named);
    for (const part of missing) must(gone.has(part), `${PARTS[part][0]} is missing`, 'bad signature');
    said.withdrawn = [...missing].map((part) => PARTS[part][0]);
    return { ...said, text, attachments: Object.keys(content).length };
}

export function checkQr(qr, hq, text) {
    const code = qr.trim().split('#').at(-1);
    const bytes = new Uint8Array(Buffer.from(code, 'base64url'));
    must(Buffer.from(bytes).toString('base64url') === code, 'base64url');
    const a = read(bytes, false);
    must(Array.isArray(a) && a.length === 3 && isBytes(a[2], 32), 'code');
    const cert = certUnder(a[1], hq);
    const { e, named } = checkSignoff(a[0], cert, hq);
    if (text !== undefined) {
        const content = new TextEncoder().encode(text);
        const manifest = encode(new Map([[1, a[2]], [2, 4], [3, content.length],
            [4, [hash(content, a[2])]]]));
        must(same(hash(manifest), named[2]), 'the text is not the one that was signed', 'bad signature');
    }
    return { number: Buffer.from(e.body.get(4)).toString('latin1'), total: e.body.get(5), chars: qr.trim().length };
}

// ---- what is asked ------------------------------------------------------------------------------

let failed = 0;
function claim(name, f) {
    try {
        const more = f();
        console.log(`ok - ${name}${more ? ` (${more})` : ''}`);
    } catch (e) {
        failed++;
        console.log(`not ok - ${name}: ${e.message}`);
        if (!(e instanceof Refused)) console.log(`# ${e.stack.replaceAll('\n', '\n# ')}`);
    }
}

function verdict(v) {
    const bytes = unhex(v.hex), pk = unhex(v.public_key), deployment = unhex(v.deployment);
    try {
        if (v.type === 'entry') signedBy(readEntry(bytes), 'entry', deployment, pk);
        else if (v.type === 'certificate') readCert(bytes, pk, deployment);
        else if (v.type === 'receipt') readReceipt(bytes, pk, deployment);
        else if (v.type === 'revocation') readRevocation(bytes, pk, deployment);
        else if (v.type === 'trust') must(same(readTrust(bytes).root, pk), 'root', 'bad signature');
        else if (v.type === 'fork') readFork(bytes, pk, deployment);
        else if (v.type === 'fork-file') readForkFile(bytes, pk, deployment);
        else if (v.type === 'manifest') checkContent(readManifest(bytes), unhex(v.content));
        else throw new Error(`a type that is not in the document: ${v.type}`);
    } catch (e) {
        if (!(e instanceof Refused)) throw e;
        return e.how;
    }
    return 'ok';
}

const here = dirname(fileURLToPath(import.meta.url));

function vectors() {
    const all = JSON.parse(readFileSync(join(here, 'vectors.json'), 'utf8'));
    for (const v of all) {
        claim(`${v.name} is ${v.expect === 'ok' ? 'accepted' : `refused as ${v.expect}`}`, () => {
            const got = verdict(v);
            must(got === v.expect, `answered ${got}`);
            must(readFileSync(join(here, v.file), 'utf8').trim() === v.hex, 'file and list differ');
        });
    }
    for (const v of all.filter((x) => /^entry-(access-(password|token)|item-settled)$/.test(x.name))) {
        claim(`${v.name}: its body is what the document says of its kind`, () => checkAccess(readEntry(unhex(v.hex))));
    }
    for (const v of all.filter((x) => x.name === 'entry-help-answered')) {
        claim(`${v.name}: its body is what the document says of its kind`, () => checkHelp(readEntry(unhex(v.hex))));
    }
    for (const v of all.filter((x) => /^entry-visit-rated(-anew)?$/.test(x.name))) {
        claim(`${v.name}: its body is what the document says of its kind`, () => checkRated(readEntry(unhex(v.hex))));
    }
    rfc8032();
    bundles();
    editions();
    reports();
}

// Each edition is read or refused as the list says, and calls are due by its calendars when the list says.
function editions() {
    const all = JSON.parse(readFileSync(join(here, 'edition.json'), 'utf8'));
    for (const v of all.editions) {
        claim(`edition, ${v.name}: ${v.expect === 'ok' ? 'accepted' : `refused as ${v.expect}`}`, () => {
            let got = 'ok', calendars;
            try {
                calendars = readCalendars(read(unhex(v.hex)));
            } catch (e) {
                if (!(e instanceof Refused || e instanceof Unfit)) throw e;
                got = 'bad form';
            }
            must(got === v.expect, `answered ${got}`);
            for (const d of v.due) {
                const due = dueAfter(calendars, d.branch, d.called_ms, 360);
                must(due === d.due_ms, `${d.branch || 'the company'}, called ${d.called_ms}: due ${due}`);
            }
            return v.due.length > 0 ? `${v.due.length} calls` : undefined;
        });
    }
}

// Each bundle is refused as the list says, or holds the frames that the list says.
function bundles() {
    const all = JSON.parse(readFileSync(join(here, 'bundle.json'), 'utf8'));
    const raw = (s) => Buffer.from(s, 'hex');
    const chunk = Buffer.concat([raw(all.chunk.name), Buffer.from([0, 0, 0, all.chunk.index]), raw(all.chunk.hex)]);
    const request = [raw(all.request), Buffer.concat(all.items.map((i) => raw(i.hex))), chunk];
    for (const v of all.bundles) {
        claim(`bundle, ${v.name}: ${v.expect === 'ok' ? 'accepted' : `refused as ${v.expect}`}`, () => {
            let got = 'ok', frames = [];
            try {
                frames = readBundle(raw(v.hex), {
                    deployment: raw(v.deployment), senderKey: raw(v.sender_key),
                    recipientSecret: raw(v.recipient_secret), recipientKey: raw(v.recipient_key),
                    code: v.joining ? raw(all.code) : undefined,
                });
            } catch (e) {
                if (!(e instanceof Bad)) throw e;
                got = e.how;
            }
            must(got === v.expect, `answered ${got}`);
            if (got !== 'ok') return undefined;
            const want = v.joining ? [raw(all.joining)] : request;
            must(frames.length === want.length && frames.every((f, i) => f.body.equals(want[i])), 'frames');
            return `${frames.length} frames`;
        });
    }
}

// The examples of RFC 8032 section 7.1, as we restate them.
function rfc8032() {
    const lines = readFileSync(join(here, 'ed25519-rfc8032.txt'), 'utf8').split('\n');
    claim('the Ed25519 examples of RFC 8032 hold', () => {
        const held = lines.filter((l) => l !== '' && l[0] !== '#').map((l) => {
            const [, pk, m, sig] = l.split(' ');
            return ed25519(unhex(pk), unhex(m === '-' ? '' : m), unhex(sig));
        });
        must(held.length === 5 && held.every(Boolean), 'one of them');
    });
}

// Every 61st bit, so that each part is met: whatever changes, it is refused.
function flips(file, hq) {
    let n = 0;
    for (let bit = 0; bit < file.length * 8; bit += 61) {
        const copy = Uint8Array.from(file);
        copy[bit >> 3] ^= 1 << (bit & 7);
        let held = false;
        try {
            checkReport(copy, hq);
            held = true;
        } catch (e) {
            if (!(e instanceof Refused || e instanceof TypeError || e instanceof RangeError)) throw e;
        }
        must(!held, `bit ${bit} changed nothing`);
        n++;
    }
    return `${n} of ${file.length * 8} bits`;
}

function told(r) {
    const when = (ms) => (ms === undefined ? 'not witnessed' : new Date(Number(ms)).toISOString());
    return `${r.number}, amount ${r.total}, after ${when(r.after)}, before ${when(r.before)}` +
        (r.withdrawn.length > 0 ? `, withdrawn: ${r.withdrawn.join(' ')}` : `, ${r.attachments} attachments`);
}

function report(name, file, hq) {
    claim(`${name} is genuine`, () => told(checkReport(file, hq)));
    claim(`${name} with a bit changed is not`, () => flips(file, hq));
}

function reports() {
    const all = JSON.parse(readFileSync(join(here, 'report.json'), 'utf8'));
    const hq = readHqPub(unhex(all.hq_pub));
    for (const r of all.reports) {
        report(r.name, unhex(r.hex), hq);
        claim(`${r.name}: the signed text is the one in the list`, () => {
            must(checkReport(unhex(r.hex), hq).text === r.text, 'text');
        });
        claim(`${r.name}: its QR code proves the amount, and with the text the text`, () => {
            const said = checkQr(r.qr, hq, r.text);
            let other = false;
            try {
                checkQr(r.qr, hq, `${r.text} `);
            } catch (e) {
                other = e instanceof Refused;
            }
            must(other, 'another text passes');
            return `${said.number}, ${said.total}, ${said.chars} characters`;
        });
    }
}

const [mode, ...args] = process.argv.slice(2);
const file = (path) => new Uint8Array(readFileSync(path));
if (mode === 'vectors' && args.length === 0) {
    vectors();
} else if (mode === 'live' && args.length === 2) {
    report(args[0], file(args[0]), readHqPub(file(args[1])));
} else if (mode === 'entry' && args.length === 3) {
    claim(`${args[0]} is by its author`, () => {
        const trust = readHqPub(file(args[2])), cert = certUnder(file(args[1]), trust);
        const e = readEntry(file(args[0]));
        signedBy(e, 'entry', trust.deployment, cert.pk);
        return `kind ${e.kind}, sequence ${e.seq}, ${hex(e.hash).slice(0, 16)}`;
    });
} else if (mode === 'qr' && args.length >= 2 && args.length <= 3) {
    claim('the QR code is genuine', () => {
        const text = args[2] && readFileSync(args[2], 'utf8');
        const said = checkQr(readFileSync(args[0], 'utf8'), readHqPub(file(args[1])), text);
        return `${said.number}, ${said.total}, ${said.chars} characters`;
    });
} else {
    console.error('node check.mjs vectors | live REPORT.CBOR HQ.PUB | entry ENTRY CERT HQ.PUB | qr QR HQ.PUB [TEXT]');
    process.exit(2);
}
process.exit(failed === 0 ? 0 : 1);
