// What stands after the # (core/report/PROOF.md, 5): a sign-off, its author's certificate, the salt of the
// text; held against the trust documents that headquarters serves. No storing, no page: verify.js shows it.
import { blake2b } from './blake2b.js';
import { Refused, item, whole, same, array, map, bstr, tstr, uint } from './cbor.js';

const must = (fact, why) => { if (!fact) { throw new Refused(why); } };
const is = (b, n) => b instanceof Uint8Array && b.length === n;
export class NoEd25519 extends Error {}
export const hex = (b) => Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
export const base64url = (b) => btoa(String.fromCharCode(...b)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
function unbase64url(s) {
    must(/^[A-Za-z0-9_-]+$/.test(s) && s.length <= 1250 && s.length % 4 !== 1, 'code');
    const b = Uint8Array.from(atob(s.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    must(base64url(b) === s, 'code');
    return b;
}
const keyId = (pk) => blake2b(pk).subarray(0, 8);

// Ed25519 is the browser's. A verifier of our own would be one more thing to believe.
async function ed25519(pk, signature, bytes) {
    if (!globalThis.crypto || !crypto.subtle) { throw new NoEd25519(); }
    let key;
    try {
        key = await crypto.subtle.importKey('raw', pk, { name: 'Ed25519' }, false, ['verify']);
    } catch (e) {
        if (e.name === 'DataError') { return false; } // no point of the curve
        throw new NoEd25519();
    }
    return crypto.subtle.verify({ name: 'Ed25519' }, key, signature, bytes);
}

// COSE_Sign1 as ENTRY.md, 2 narrows it: {id of the key, payload, holds(type, deployment, public key)}
function envelope(b) {
    const outer = whole(b);
    must(outer && outer.tag === 18 && Array.isArray(outer.value) && outer.value.length === 4, 'envelope');
    const [headers, open, payload, signature] = outer.value;
    must(headers instanceof Uint8Array && open instanceof Map && open.size === 0 && payload instanceof Uint8Array && is(signature, 64), 'envelope');
    const h = whole(headers);
    must(h instanceof Map && h.size === 2 && h.get(1) === -19 && is(h.get(4), 8), 'envelope');
    const body = whole(payload);
    must(body instanceof Map, 'envelope');
    return {
        kid: h.get(4), payload: body,
        holds: (type, deployment, pk) => {
            const aad = [...new TextEncoder().encode(`docket/${type}/1`), ...deployment];
            return ed25519(pk, signature, new Uint8Array(array(tstr('Signature1'), bstr(headers), bstr(aad), bstr(payload))));
        },
    };
}

// ---- whom to trust: every document from the first root on -------------------------------------------
export async function trust(bytes) {
    let at = 0, now = null;
    while (at < bytes.length) {
        const { end } = item(bytes, at);
        const e = envelope(bytes.subarray(at, end)), p = e.payload;
        const root = p.get(2), deployment = p.get(3);
        must(is(root, 32) && is(deployment, 16) && same(keyId(root), e.kid) && Array.isArray(p.get(5)), 'trust');
        if (now === null) {
            must(same(blake2b(root).subarray(0, 16), deployment), 'trust');
        } else {
            const follows = same(root, now.root) || (now.next && same(root, now.next));
            must(follows && same(deployment, now.deployment) && p.get(1) > now.serial, 'trust');
        }
        must(await e.holds('trust', deployment, root), 'trust');
        now = { root, next: p.get(6) || null, deployment, serial: p.get(1), name: p.get(4), keys: p.get(5) };
        at = end;
    }
    must(now !== null, 'trust');
    return now;
}

async function certificate(b, t) {
    const e = envelope(b), p = e.payload;
    const key = t.keys.find(([use, pk]) => use === 1 && same(keyId(pk), e.kid));
    must(key && key[4] === false, 'certificate');
    must(p.size === 8 && is(p.get(1), 32) && is(p.get(8), p.get(8).length) && p.get(4) !== 2, 'certificate');
    must(await e.holds('certificate', t.deployment, key[1]), 'certificate');
    return { pk: p.get(1), author: keyId(p.get(1)), prefix: String.fromCharCode(...p.get(8)) };
}

// The wall clock of an entry: hybrid time's milliseconds plus what the clock said otherwise.
const wallMs = (p) => Number(BigInt(p.get(4)) >> 16n) + Number(p.get(5) || 0);

// read: the code as {entry, certificate, salt}; judge: what it proves. Refused says which part fails.
export function read(code) {
    const list = whole(unbase64url(code));
    must(Array.isArray(list) && list.length === 3 && list.every((b) => b instanceof Uint8Array) && list[2].length === 32, 'code');
    const [entry, cert, salt] = list;
    return { entry, certificate: cert, salt, hash: hex(blake2b(entry)) };
}
export async function judge(code, t) {
    const author = await certificate(code.certificate, t);
    const e = envelope(code.entry), p = e.payload;
    must(same(e.kid, author.author), 'entry');
    must(await e.holds('entry', t.deployment, author.pk), 'entry');
    const b = p.get(9), atts = p.get(10);
    must(p.get(8) === 30 && b instanceof Map && Array.isArray(atts) && atts.length >= 2 && is(atts[1], 32) && is(b.get(4), b.get(4).length), 'entry');
    return {
        author: hex(author.author), prefix: author.prefix, number: String.fromCharCode(...b.get(4)), version: b.get(3),
        outcome: b.get(2), class: b.get(6), total: b.get(5), template: b.get(7), wallMs: wallMs(p), text: atts[1],
    };
}
// Is this the text whose name the sign-off lists? As it was copied: other line ends are no other text.
export function provesText(typed, code, judged) {
    const text = new TextEncoder().encode(typed.replace(/\r\n?/g, '\n').replace(/\n+$/, '').normalize('NFC'));
    if (text.length === 0 || text.length > 15000) { return false; }
    const manifest = map([uint(1), bstr(code.salt)].flat(), [uint(2), uint(4)].flat(), [uint(3), uint(text.length)].flat(), [uint(4), array(bstr(blake2b(text, code.salt)))].flat());
    return same(blake2b(new Uint8Array(manifest)), judged.text);
}
