// The API: one function. A refusal becomes a Problem, which has a sentence.
import { problemWords } from './words.js';

let csrf = '', login = '';
// What the page asks by itself keeps no session alive, unless somebody typed or pressed meanwhile.
let byItself = 0;
let touched = true;
['keydown', 'pointerdown'].forEach((type) => addEventListener(type, () => { touched = true; }, true));
export async function quietly(look) {
    byItself++;
    try { return await look(); } finally { byItself--; }
}
let onLoggedOut = () => {};
export const whenLoggedOut = (f) => { onLoggedOut = f; };

export class Problem extends Error {
    constructor(status, body, read) {
        super(problemWords(status, body, read));
        this.status = status;
        this.kind = String(body.type || '').replace('/problems/', '');
        this.conflict = body.conflict;
    }
}
const key = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');

async function send(method, path, body, idempotency) {
    const headers = {};
    if (method !== 'GET') {
        headers['X-CSRF-Token'] = csrf;
        headers['Idempotency-Key'] = idempotency;
        headers['Content-Type'] = 'application/json';
    }
    if (method === 'GET' && byItself && !touched) { headers['X-Background'] = '1'; }
    touched = false;
    let answer, text;
    try {
        answer = await fetch(`/api/v1${path}`, { method, headers, body: method === 'GET' ? undefined : JSON.stringify(body || {}) });
        text = await answer.text();
    } catch {
        throw new Problem(0, {}, method === 'GET');
    }
    if (answer.ok && /^text\/csv/.test(answer.headers.get('Content-Type') || '')) { return text; }
    const json = text && /json/.test(answer.headers.get('Content-Type') || '') ? JSON.parse(text) : {};
    if (json.csrf && (method === 'POST' || !login || json.login === login)) { ({ csrf, login } = json); } // another tab may be another's
    if (!answer.ok) { throw new Problem(answer.status, json, method === 'GET'); }
    return json;
}

// A write keeps its key when it is sent again: it is done once. The network may fail between.
async function write(method, path, body) {
    const once = key();
    for (let tries = 0; ; tries++) {
        try {
            return await send(method, path, body, once);
        } catch (e) {
            if (tries < 2 && (e.status === 0 || e.status === 503)) {
                await new Promise((go) => { setTimeout(go, 400 * (tries + 1)); });
            } else if (tries === 0 && e.kind === 'csrf') {
                await send('GET', '/session'); // another tab has a newer one
            } else {
                throw e;
            }
        }
    }
}

export async function call(method, path, body) {
    const session = csrf;
    try {
        return await (method === 'GET' ? send(method, path) : write(method, path, body));
    } catch (e) {
        if (e.status === 401 && path !== '/session' && session === csrf) { onLoggedOut(); } // not the session before this one
        throw e;
    }
}
export const get = (path) => call('GET', path);
export const query = (o) => {
    const s = new URLSearchParams(Object.entries(o).filter(([, v]) => v !== '' && v != null)).toString();
    return s ? `?${s}` : '';
};
// Every row of a register that the query asks for, page by page.
export async function rowsOf(register, asked = {}) {
    const rows = [];
    for (let cursor = ''; cursor !== null;) {
        const page = await get(`/registers/${register}${query({ ...asked, limit: 200, cursor })}`);
        rows.push(...page.rows);
        cursor = page.next;
    }
    return rows;
}
