// What a stranger sends, byte by byte: node attack.mjs URL LOGIN PASSWORD PID. Prints ok and not ok.
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';

const [, , url, login, password, pid] = process.argv;
const { hostname: host, port } = new URL(url);
let failed = 0;
async function claim(words, f) {
    try { await f(); console.log(`ok - ${words}`); } catch (e) { failed = 1; console.log(`not ok - ${words}`); console.log(`# ${String(e.message).slice(0, 400)}`); }
}
const must = (ok, words) => { if (!ok) { throw new Error(words); } };
const pause = (ms) => new Promise((go) => { setTimeout(go, ms); });

// All that comes back until the other side closes, or nothing comes for a while.
function raw(parts, quiet = 700) {
    return new Promise((done) => {
        const s = connect(Number(port), host);
        let got = '', timer = setTimeout(() => s.destroy(), 5000);
        s.on('data', (d) => { got += d.toString('latin1'); clearTimeout(timer); timer = setTimeout(() => s.destroy(), quiet); });
        s.on('error', () => {});
        s.on('close', () => { clearTimeout(timer); done(got); });
        s.on('connect', async () => { for (const p of [].concat(parts)) { if (!s.destroyed) { s.write(p); } await pause(5); } });
    });
}
const alive = async () => must((await (await fetch(`${url}/healthz`)).text()) === 'ok\n', 'it does not answer any more');
const statuses = (answer) => [...answer.matchAll(/HTTP\/1\.[01] (\d\d\d)/g)].map((m) => Number(m[1]));
const H = 'Host: a\r\n';

const WRONG = {
    'no HTTP at all': 'GARBAGE\r\n\r\n',
    'a version of another time': `GET /healthz HTTP/9.9\r\n${H}\r\n`,
    'no Host': 'GET /healthz HTTP/1.1\r\n\r\n',
    'headers without end': `GET /healthz HTTP/1.1\r\n${H}X: ${'a'.repeat(70000)}\r\n\r\n`,
    'thousands of headers': `GET /healthz HTTP/1.1\r\n${H}${'a: b\r\n'.repeat(20000)}\r\n`,
    'an address without end': `GET /${'a'.repeat(70000)} HTTP/1.1\r\n${H}\r\n`,
    'a length below nought': `POST /api/v1/session HTTP/1.1\r\n${H}Content-Length: -1\r\n\r\n`,
    'a length beyond numbers': `POST /api/v1/session HTTP/1.1\r\n${H}Content-Length: 99999999999999999999999\r\n\r\n`,
    'a length in words': `POST /api/v1/session HTTP/1.1\r\n${H}Content-Length: many\r\n\r\n`,
    'a chunk of no size': `POST /api/v1/session HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`,
};
await claim('what is no request is refused by a problem document, and says nothing of what runs here', async () => {
    for (const [name, bytes] of Object.entries(WRONG)) {
        const answer = await raw(bytes);
        const [status] = statuses(answer);
        must(status === undefined || status >= 400, `${name}: ${answer.slice(0, 80)}`);
        must(statuses(answer).length <= 1, `${name}: answered twice: ${answer.slice(0, 300)}`);
        if (status !== undefined) {
            must(/\r\ncontent-type: application\/problem\+json\r\n/i.test(answer) && /nosniff/i.test(answer) && /default-src 'none'/.test(answer), `${name}: ${answer.slice(0, 300)}`);
            const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
            must(body.status === status && body.type.startsWith('/problems/'), `${name}: ${JSON.stringify(body)}`);
        }
        must(!/<html|libmicrohttpd|\r\nserver:/i.test(answer), `${name}: ${answer.slice(0, 300)}`);
        await alive();
    }
    must(statuses(await raw(WRONG['no Host']))[0] === 400 && statuses(await raw(WRONG['headers without end']))[0] === 431, 'the status of what is missing, or too much');
});

await claim('one request is one request: no second one hides in its body, its length or its headers', async () => {
    const hidden = `GET /healthz HTTP/1.1\r\n${H}\r\n`;
    for (const head of ['Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', 'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', 'Content-Length: 0\r\nContent-Length: 38\r\n', 'Transfer-Encoding: xchunked\r\n', 'Content-Length: +5\r\n']) {
        const answer = await raw(`POST /api/v1/session HTTP/1.1\r\n${H}Content-Type: application/json\r\n${head}\r\n0\r\n\r\n${hidden}`);
        const said = statuses(answer);
        // Either it is refused and the line ends, or what follows is read as the next request by one rule alone.
        must(said.length <= 1 || said[0] >= 400, `${head}: ${said}`);
        await alive();
    }
    must(String(statuses(await raw(hidden + hidden.replace('healthz', 'nothing')))) === '200,404', 'two in a row are answered in a row');
    must(String(statuses(await raw(`GET /healthz HTTP/1.0\r\n\r\n`))) === '200', 'HTTP/1.0');
    const folded = await raw(`GET /api/v1/session HTTP/1.1\r\n${H}X: a\r\n Cookie: docket=x\r\n\r\n`);
    must(!statuses(folded).includes(200), 'a folded header is no second one');
});

await claim('methods: what an address takes stands in its refusal; a head has no body', async () => {
    for (const [method, path, status, allow] of [['OPTIONS', '/api/v1/session', 405, /^GET, HEAD, DELETE$|^POST, GET, HEAD, DELETE$/], ['TRACE', '/api/v1/session', 405, /GET/], ['PUT', '/', 405, /^GET, HEAD$/],
        ['DELETE', '/healthz', 405, /^GET, HEAD$/], ['GET', '/v1/sync', 405, /^POST$/], ['PROPFIND', '/metrics', 405, /^GET, HEAD$/], ['PATCH', '/api/v1/users', 405, /GET, HEAD, POST/], ['BREW', '/nothing', 404, null]]) {
        const answer = await raw(`${method} ${path} HTTP/1.1\r\n${H}Cookie: docket=secret-cookie\r\nConnection: close\r\n\r\n`);
        must(statuses(answer)[0] === status, `${method} ${path}: ${answer.slice(0, 60)}`);
        must(!allow || allow.test((/\r\nallow: (.*)\r\n/i.exec(answer) || [])[1]), `${method} ${path}: ${answer.slice(0, 400)}`);
        must(!answer.includes('secret-cookie') && !/access-control/i.test(answer), 'what was sent comes back');
    }
    for (const path of ['/healthz', '/', '/metrics', '/api/v1/openapi.json', '/v1/trust']) {
        const answer = await raw(`HEAD ${path} HTTP/1.1\r\n${H}Connection: close\r\n\r\n`);
        must(statuses(answer)[0] === 200 && answer.endsWith('\r\n\r\n') && /content-length: [1-9]/i.test(answer), `HEAD ${path}: ${answer.slice(0, 200)}`);
    }
});

await claim('no way of writing a path leads to a file that is not in the table', async () => {
    for (const path of ['/..%2fsecret.txt', '/%2e%2e/secret.txt', '/js/..%2f..%2fsecret.txt', '/%00', '/index.html%00.js', '/..\\secret.txt', '/..;/secret.txt', '/%252e%252e/secret.txt', '//etc/passwd', '/./index.html', '/js//app.js', '/js/%c0%ae%c0%ae/secret.txt', 'http://a/secret.txt', '/vendor/../secret.txt', '/README.md', '/.git/config']) {
        const answer = await raw(`GET ${path} HTTP/1.1\r\n${H}Connection: close\r\n\r\n`);
        must(!answer.includes('not for anybody') && !/root:/.test(answer), `${path}: ${answer}`);
        must(statuses(answer)[0] !== 200 || /^\/(%00)?$|^\/index\.html%00/.test(path), `${path}: ${answer.slice(0, 200)}`);
    }
    const part = await raw(`GET /healthz HTTP/1.1\r\n${H}Range: bytes=0-0,1-,-5\r\nConnection: close\r\n\r\n`);
    must(statuses(part)[0] === 200 && part.endsWith('ok\n'), 'a range is the whole');
});

const JSONS = { 'Content-Type': 'application/json' };
let cookie = '', csrf = '';
async function enter(extra = {}) {
    const r = await fetch(`${url}/api/v1/session`, { method: 'POST', headers: { ...JSONS, ...extra }, body: JSON.stringify({ login, password }) });
    must(r.status === 200, `no login: ${r.status}`);
    const me = await r.json();
    return { cookie: r.headers.get('set-cookie').split(';')[0], csrf: me.csrf, me };
}
await claim('a cookie that was set before is not taken over; two cookies confuse nothing; headers in the wrong letters are the same', async () => {
    const fixed = 'docket=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const s = await enter({ Cookie: fixed });
    must(s.cookie !== fixed, 'the cookie of before');
    must((await fetch(`${url}/api/v1/session`, { headers: { Cookie: fixed } })).status === 401, 'it opens something');
    for (const [value, status] of [[`${fixed}; ${s.cookie}`, 401], [`${s.cookie}; ${fixed}`, 200], [`xdocket=1; ${s.cookie}`, 200], [`docket=; ${s.cookie}`, 200], [`docket="${s.cookie.slice(7)}"`, 401], [s.cookie.toUpperCase(), 401], [`${s.cookie}x`, 401]]) {
        const got = (await fetch(`${url}/api/v1/session`, { headers: { cookie: value } })).status;
        must(got === status, `${value.slice(0, 20)}: ${got}`);
    }
    ({ cookie, csrf } = s);
});
const write = (path, body, headers = {}) => fetch(`${url}/api/v1${path}`, { method: 'POST', headers: { ...JSONS, Cookie: cookie, 'X-CSRF-Token': csrf, 'Idempotency-Key': `k-${Math.random()}`, ...headers }, body });

await claim('bodies that are no honest JSON are refused, whatever they are made of', async () => {
    const bodies = ['[', '{', '{"a":1,"a":2}', `${'['.repeat(100000)}${']'.repeat(100000)}`, `{"a":${'{"a":'.repeat(5000)}1${'}'.repeat(5001)}`, '{"a":1e999}', '{"a":99999999999999999999}', '{"a":"\u0000"}', '{"a":"\\u0000"}', '{"fields":"x"}', '{"fields":[]}', '"text"', 'null', '{"fields":{"name":{"$ne":1}}}', '{"fields":{"name":["a"]}}', '{"__proto__":{"name":"x"}}', '\ufeff{}', Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.from('{"fields":{"name":"\xff\xfe"}}', 'latin1'), Buffer.from('{"fields":{"name":"\xed\xa0\x80"}}', 'latin1')];
    for (const b of bodies) {
        const r = await write('/customers', b, b instanceof Buffer ? { 'Content-Encoding': 'gzip' } : {});
        must(r.status === 400 && r.headers.get('content-type') === 'application/problem+json', `${String(b).slice(0, 40)}: ${r.status}`);
    }
    for (const type of ['text/plain', 'application/jsonp', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', 'text/json', '']) {
        const r = await write('/customers', '{"fields":{"name":"A"}}', { 'Content-Type': type });
        must(r.status === 415, `${type}: ${r.status}`);
    }
    const r = await write('/customers', '{"fields":{"name":"A"}}', { 'Content-Type': 'Application/JSON; charset=utf-8' });
    must(r.status === 200, `JSON by another spelling: ${r.status}`);
    for (const key of ['', 'short', 'a'.repeat(129), 'with\ttab-tab-tab']) {
        must((await write('/customers', '{"fields":{"name":"A"}}', { 'Idempotency-Key': key })).status === 400, `key ${key}`);
    }
    await alive();
});

await claim('a stranger fills no memory: of a catalogue that nobody may send nothing is kept', async () => {
    const before = rss(), lump = 'a'.repeat(1 << 20), socks = [];
    for (let i = 0; i < 24; i++) {
        const s = connect(Number(port), host);
        s.on('error', () => {});
        s.write(`POST /api/v1/catalogue HTTP/1.1\r\n${H}Content-Type: application/json\r\nContent-Length: 41000000\r\n\r\n`);
        for (let k = 0; k < 16; k++) { s.write(lump); }
        socks.push(s);
    }
    for (let i = 0; i < 40 && socks.some((s) => s.writableLength > 0); i++) { await pause(100); }
    const more = rss() - before;
    socks.forEach((s) => s.destroy());
    must(more < 60000, `${more} KiB more`);
    await alive();
});
function rss() { return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]); }

await claim('one login listens on 16 pages and no more; logged out, it hears nothing further', async () => {
    const open = [];
    for (let i = 0; i < 16; i++) {
        const stop = new AbortController();
        const r = await fetch(`${url}/api/v1/events`, { headers: { Cookie: cookie }, signal: stop.signal });
        must(r.status === 200, `stream ${i}: ${r.status}`);
        open.push({ r, stop });
    }
    const seventeenth = await fetch(`${url}/api/v1/events`, { headers: { Cookie: cookie } });
    must(seventeenth.status === 429 && seventeenth.headers.get('retry-after'), `the next: ${seventeenth.status}`);
    open.slice(1).forEach((o) => o.stop.abort());
    await pause(300);
    const reader = open[0].r.body.getReader();
    const gone = await fetch(`${url}/api/v1/session`, { method: 'DELETE', headers: { Cookie: cookie, 'X-CSRF-Token': csrf } });
    must(gone.status === 204, `log out: ${gone.status}`);
    const from = Date.now();
    for (;;) {
        const { done } = await reader.read();
        if (done) { break; }
        must(Date.now() - from < 20000, 'it goes on');
    }
    must(Date.now() - from < 20000, 'it went on');
    ({ cookie, csrf } = await enter());
});

await claim('measures are for this machine: not through a proxy on it, not for others', async () => {
    must((await fetch(`${url}/metrics`)).status === 200, 'here');
    for (const h of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP']) {
        must((await fetch(`${url}/metrics`, { headers: { [h]: '203.0.113.9' } })).status === 404, h);
    }
});

await claim('words from a request stand nowhere in the log as lines of their own', async () => {
    await raw(`GET /x%0a%0d{"event":"forged"} HTTP/1.1\r\n${H}User-Agent: a\x1b[31m{"event":"forged"}\r\nConnection: close\r\n\r\n`);
    await fetch(`${url}/api/v1/session`, { method: 'POST', headers: JSONS, body: JSON.stringify({ login: 'x"}\n{"event":"forged', password: 'forged forged' }) });
    await alive();
});
process.exit(failed);
