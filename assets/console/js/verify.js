// The public page /verify: what stands after the # is checked here, in the browser. Headquarters is asked by
// hash alone; the entry itself goes there only when its holder sends it. Text never becomes markup.
import { _, N_, fmt, moment, money, speak, preferred, language } from './i18n.js';
import { CLASSES, OUTCOMES, at } from './words.js';
import { Refused } from './cbor.js';
import { read, judge, trust, provesText, base64url, hex, NoEd25519 } from './proof.js';

const main = document.querySelector('#verify');
const make = (tag, props = {}, ...inside) => {
    const e = Object.assign(document.createElement(tag), props);
    e.append(...inside);
    return e;
};
const para = (words, cls = '') => make('p', { textContent: words, className: cls });
const section = (cls, title, ...inside) => make('section', { className: cls }, make('h2', { textContent: title }), ...inside);

const WHY = {
    code: N_('This is no code of ours, or some of it is missing.'),
    certificate: N_('Headquarters did not certify the key that signed it.'),
    trust: N_('The keys that this headquarters publishes do not hold.'),
    entry: N_('It was changed after the signature, or another key signed it.'),
};
let shown = null; // what was found, so that another language shows it again; nothing while it is looked for
let asked = 0;

// ---- finding out -----------------------------------------------------------------------------------
async function ask(code, judged) {
    try {
        const answer = await fetch(`/api/v1/verify/${code.hash}?author=${judged.author}`);
        return answer.ok ? await answer.json() : null;
    } catch { return null; }
}
async function find(fragment) {
    if (!fragment) { return { empty: true }; }
    let keys;
    try {
        const answer = await fetch('/v1/trust');
        if (!answer.ok) { return { unreachable: true }; }
        keys = new Uint8Array(await answer.arrayBuffer());
    } catch { return { unreachable: true }; }
    try {
        const t = await trust(keys).catch((e) => { throw e instanceof NoEd25519 ? e : new Refused('trust'); });
        const found = { company: t.name, deployment: hex(t.deployment) };
        try {
            found.code = read(fragment);
            found.judged = await judge(found.code, t);
        } catch (e) {
            if (e instanceof NoEd25519) { throw e; }
            return { ...found, why: WHY[e.message] || (found.code ? WHY.entry : WHY.code) };
        }
        return { ...found, hq: await ask(found.code, found.judged) };
    } catch (e) {
        return e instanceof NoEd25519 ? { noEd25519: true } : { why: WHY.trust };
    }
}

// ---- saying it -------------------------------------------------------------------------------------
function verdict(f) {
    if (f.empty) {
        return [section('', _('Nothing to check yet'), para(_('Scan the code on your copy of the service report with your telephone\'s camera: it opens this page with the report\'s proof.')))];
    }
    if (f.unreachable) { return [section('verdict soon', _('Not checked'), para(_('Headquarters could not be reached, so nothing could be checked. Try again later.')))]; }
    if (f.noEd25519) {
        return [section('verdict soon', _('Not checked'), para(_('This browser cannot check Ed25519 signatures, or the page was not opened over https. Nothing was checked: use a newer browser, or the program docketctl, which needs no network.')))];
    }
    if (f.why) { return [section('verdict late', _('Not genuine'), para(_(f.why)), para(_('Do not rely on it. Ask the company that it names.')))]; }
    return [section('verdict done', _('Genuine'), para(_('The signature holds: headquarters certified the handheld\'s key, and nothing below was changed since.'))), facts(f.judged)];
}
function facts(j) {
    const list = make('dl');
    const row = (label, value, cls = '') => list.append(make('dt', { textContent: label }), make('dd', { textContent: value, className: cls }));
    row(_('Service report'), fmt(_('%1$s, version %2$s'), j.number, j.version));
    row(_('Sign-off'), at(OUTCOMES, j.outcome));
    row(_('Time by the handheld\'s clock'), moment(j.wallMs));
    row(_('Class'), at(CLASSES, j.class));
    row(_('Amount due'), money(Number(j.total)), 'amount');
    row(_('Handheld'), j.prefix);
    return make('section', {}, list);
}
function headquarters(f) {
    const title = _('At headquarters');
    const q = f.hq;
    if (!q) { return section('', title, para(_('Headquarters could not be asked whether it holds this report. What stands above was checked all the same.'))); }
    const when = q.revoked_ms ? moment(q.revoked_ms) : '';
    const box = section('', title);
    if (q.held) {
        box.append(para(q.counts ? _('Headquarters holds this report.') : fmt(_('Headquarters holds this report, but it came after the handheld was stopped (%s): it does not count unless a supervisor admits it.'), when), q.counts ? 'done' : 'late'));
        if (q.counts && when) { box.append(para(fmt(_('The handheld was stopped later (%s). This report was made before, and stands.'), when))); }
        if (q.withdrawn) { box.append(para(_('Its text was withdrawn there, as the law or the customer asked. Your copy proves itself all the same.'))); }
        return box;
    }
    box.append(para(_('Headquarters does not hold this report.'), 'late'));
    box.append(para(when
        ? fmt(_('The handheld that signed it was stopped (%s). Whoever has a stopped handheld can still use it: ask the company before you rely on this report.'), when)
        : _('Perhaps the handheld has not sent its work yet. If the visit was days ago, the report was withheld or lost.')));
    if (q.kept || f.sent) { box.append(para(f.sent ? _('Thank you. It is kept as evidence, and headquarters is told.') : _('Somebody sent it in already: it is kept as evidence.'), 'done')); return box; }
    box.append(para(_('You can send it in yourself. What goes there is what the code holds: number, time, class, amount and signature, no name and no text.')));
    const button = make('button', { type: 'button', className: 'primary', textContent: _('Send it to headquarters') });
    const said = make('p', { className: 'error', role: 'alert' });
    button.onclick = () => send(f, button, said);
    box.append(make('p', {}, button), said);
    return box;
}
async function send(f, button, said) {
    button.disabled = true;
    const key = hex(crypto.getRandomValues(new Uint8Array(16)));
    const body = JSON.stringify({ entry: base64url(f.code.entry), certificate: base64url(f.code.certificate) });
    const answer = await fetch('/api/v1/verify', { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key }, body }).catch(() => null);
    if (answer && answer.ok) {
        const { held } = await answer.json();
        f.hq = held ? await ask(f.code, f.judged) : f.hq;
        f.sent = !held;
        draw();
        return;
    }
    button.disabled = false;
    said.textContent = answer && answer.status === 429 ? _('Too many were sent from here. Try again in an hour.') : _('It could not be sent. Try again later; your copy is not lost.');
}
function whole(f) {
    const area = make('textarea', { id: 'typed', spellcheck: false, autocomplete: 'off', value: f.typed || '', oninput: () => { f.typed = area.value; } });
    const said = make('p', { role: 'status' });
    const button = make('button', { type: 'button', textContent: _('Check the text') });
    button.onclick = () => {
        const holds = provesText(area.value, f.code, f.judged);
        said.className = holds ? 'done' : 'late';
        said.textContent = holds ? _('This is the text that was signed, to the letter.') : _('This is not the text that was signed. Each letter, blank and line end counts.');
    };
    return make('details', { open: Boolean(f.typed) }, make('summary', { textContent: _('Prove the whole text, too') }),
        make('label', { htmlFor: 'typed', textContent: _('The text of the report, from its first line to the amount due. It stays in this browser.') }), area, button, said);
}

function draw() {
    const f = shown;
    if (!f) { return; }
    const other = language() === 'zh' ? ['en', 'English'] : ['zh', '中文'];
    const button = make('button', { type: 'button', className: 'link', lang: other[0] === 'zh' ? 'zh-CN' : 'en', textContent: other[1] });
    button.onclick = async () => { await speak(other[0]); draw(); };
    document.title = _('Check a service report');
    const parts = [make('div', { className: 'top-line' }, make('h1', { textContent: _('Check a service report') }), button), ...verdict(f)];
    if (f.judged) { parts.push(headquarters(f), make('section', {}, whole(f))); }
    parts.push(make('footer', {}, para(_('What stands after the # in the address stays in this browser: headquarters is asked by a hash of it alone.')),
        ...(f.company ? [para(fmt(_('Under the keys of %1$s, deployment %2$s.'), f.company, f.deployment))] : [])));
    main.replaceChildren(...parts);
    main.setAttribute('aria-busy', 'false');
}
// Of one code nothing stands there while another is checked, whichever answer comes first.
async function start() {
    const mine = asked += 1;
    const at = location.hash;
    main.setAttribute('aria-busy', 'true');
    main.replaceChildren();
    shown = null;
    delete document.body.dataset.ready;
    const found = await find(at.slice(1));
    if (mine !== asked) { return; }
    shown = found;
    draw();
    document.body.dataset.ready = at;
}
addEventListener('hashchange', start);
await speak(preferred());
await start();
