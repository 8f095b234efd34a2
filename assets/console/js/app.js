// The console: who is here, which page, what changed elsewhere, keys.
import { _, N_, speak, preferred, language, fmt } from './i18n.js';
import { call, get, query, quietly, whenLoggedOut } from './api.js';
import { $, draw, onMain, place, say, unpressed, AGAIN, LOGIN, SHELL } from './view.js';
import { GROUPS, PAGES, REGISTERS, source, title, short } from './registers.js';
import { roleWord, TYPES, stateWord } from './words.js';
import { TYPE_HOMES } from './fields.js';
import { titleOf } from './actions.js';
import { ask, asking, close, forgetPeople, somebodyWrote } from './forms.js';
import { forCompany } from './paper.js';
import { dress } from './secret.js';
import * as sessions from './sessions.js';
import * as list from './list.js';
import * as dashboard from './dashboard.js';
import * as board from './board.js';

const DESK = ['clerk', 'supervisor', 'branch manager', 'service department', 'administrator'];
const app = { me: null, registers: {}, counts: null, say, counting, page: '' }; // me: there is a shell, too
const other = () => (language() === 'zh' ? { name: 'English', lang: 'en' } : { name: '中文', lang: 'zh-CN' });
const desk = () => DESK.includes(app.me.role);
const shown = (page) => (page === 'dashboard' || page === 'board' ? desk() : source(page) in app.registers);

// ---- login ----------------------------------------------------------------------------------------
function login(words) {
    stopListening();
    unlock();
    close();
    leaveAll();
    localStorage.removeItem('here');
    const root = $('#root');
    draw(root, LOGIN, { other: other(), words: { title: _('Docket, headquarters'), login: _('Login'), password: _('Password'), enter: _('Log in') } });
    document.title = 'Docket';
    dress(root);
    const form = $('form', root), error = $('.error', root);
    const complain = (text) => { error.textContent = text; error.hidden = !text; };
    complain(words || '');
    form.login.focus();
    form.onsubmit = async (e) => {
        e.preventDefault();
        const button = $('button.primary', form);
        complain(form.login.value && form.password.value ? '' : _('Login and password, both.'));
        if (!error.hidden) { return; }
        button.disabled = true;
        try {
            await begin(await call('POST', '/session', { login: form.login.value.trim(), password: form.password.value }), true);
        } catch (problem) {
            complain(problem.message);
            form.password.value = '';
            form.password.focus();
        } finally { button.disabled = false; }
    };
}
// Nothing of who was here stays, and nothing that he asked for is drawn any more.
function leaveAll() {
    list.leave();
    onMain.leave();
    onCounts.leave();
    changed.clear();
    visit += 1;
    Object.assign(app, { me: null, counts: null, page: '' });
    delete document.body.dataset.ready;
    ['#dialog', '#again', '#paper'].forEach((s) => $(s).replaceChildren());
}

// A session that ended under a form is begun again over it, by the same login: what was typed stays. Nothing is seen
// until then.
function comeBack() {
    const dialog = $('#again');
    if (dialog.open) { return; }
    stopListening();
    document.body.classList.add('locked');
    draw(dialog, AGAIN, { words: { title: _('Your session has ended. Log in again.'), text: fmt(_('%s: what you typed is still here.'), app.me.name || app.me.login), password: _('Password'), enter: _('Log in'), leave: _('Give it up') } }, undefined, true);
    dress(dialog);
    dialog.oncancel = (e) => e.preventDefault();
    dialog.showModal();
    const form = $('form', dialog), error = $('.error', dialog);
    form.password.focus();
    form.onsubmit = async (e) => {
        e.preventDefault();
        const button = $('button.primary', form);
        button.disabled = true;
        try {
            const me = await call('POST', '/session', { login: app.me.login, password: form.password.value });
            if (!form.isConnected) { await call('DELETE', '/session'); return; } // he gave it up meanwhile
            app.me = me;
            unlock();
            listen().then(missed);
            say(_('You are logged in again. Press once more.'));
        } catch (problem) {
            error.textContent = problem.message;
            error.hidden = false;
            form.password.value = '';
            form.password.focus();
        } finally { button.disabled = false; }
    };
}
function unlock() {
    document.body.classList.remove('locked');
    if ($('#again').open) { $('#again').close(); }
}

async function begin(me, fresh) {
    const known = await get('/registers');
    app.me = me;
    forgetPeople(); // they were another's to see
    localStorage.setItem('here', '1');
    app.registers = Object.fromEntries(known.registers.map((r) => [r.name, r]));
    forCompany(me.company);
    shell();
    if (fresh) { sessions.greet(me, say); }
    await listen(); // what is written after a page was read is heard of
    await route();
}

function shell() {
    const root = $('#root');
    const groups = GROUPS.map((g) => ({ title: _(g.title), pages: g.pages.filter(shown).map((name) => ({ name, title: short(name) })) })).filter((g) => g.pages.length);
    draw(root, SHELL, {
        groups, other: other(), can: { search: desk() }, me: { name: app.me.name || app.me.login, branch: app.me.branch, role: roleWord(app.me.role) },
        words: { skip: _('Skip to the content'), menu: _('Menu'), hq: _('Headquarters'), search: _('Search'), searchHint: _('Number, customer, phone, address…  /'), pages: _('Pages') },
    });
    $('.search').onsubmit = (e) => {
        e.preventDefault();
        const q = $('#search') ? $('#search').value.trim() : '';
        if (q) { location.hash = `#/search${query({ q })}`; }
    };
    setCounts(app.counts);
}

// ---- counts that matter ---------------------------------------------------------------------------
const onCounts = place();
function counting() {
    const still = onCounts.turn();
    return (d) => { if (still()) { setCounts(d); } };
}
function setCounts(d) {
    app.counts = d;
    if (!d) { return; }
    const put = (page, n, hot, counted) => {
        const b = $(`[data-count="${page}"]`);
        if (b) { Object.assign(b, { textContent: n > 0 ? n : '', className: hot && n > 0 ? 'hot' : '', title: counted ? _(counted) : '' }); }
    };
    Object.entries(REGISTERS).forEach(([page, r]) => { if (r.count) { put(page, r.count(d), r.hot, r.counted); } });
    put('board', d.undispatched, true, N_('Not dispatched'));
    list.counts(d);
}
async function count() {
    if (!app.me || !desk()) { return; }
    const put = counting();
    const d = await get('/dashboard');
    await unpressed();
    put(d);
}

// ---- pages ----------------------------------------------------------------------------------------
const home = () => GROUPS.flatMap((g) => g.pages).find(shown);
const SEARCH = `<div class="page"><section class="list" aria-labelledby="title"><div class="bar"><h1 id="title" tabindex="-1" data-home>{{title}}</h1></div>
{{#hits.length}}<ul class="hits">{{#hits}}<li><a href="{{href}}" data-key="h-{{href}}"><span class="muted kind">{{type}}</span> <b>{{text}}</b> <span class="muted">{{more}}</span></a></li>{{/hits}}</ul>{{/hits.length}}
{{^hits.length}}<p class="empty">{{none}}</p>{{/hits.length}}{{#more}}<p class="muted">{{more}}</p>{{/more}}</section></div>`;
async function search(q) {
    const still = onMain.turn();
    const found = await call('POST', '/search', { q });
    if (!still()) { return; }
    draw($('#main'), SEARCH, {
        title: fmt(_('Search: %s'), q), none: _('Nothing found. Check the spelling, or search for less.'), more: found.more ? _('There are more. Type more to narrow them down.') : '',
        hits: found.hits.map((h) => ({ href: `#/${TYPE_HOMES[h.type]}/${h.id}`, type: TYPES[h.type] ? _(TYPES[h.type]) : h.type, text: titleOf(h), more: [h.code, h.fields.phone, h.fields.address, h.fields.fault_told, stateWord(h.type, h.state)].filter(Boolean).join(' · ') })),
    });
}

let visit = 0;
async function route() {
    if (!app.me) { return; }
    const mine = visit += 1;
    const asked = location.hash;
    const [path, params] = (location.hash.replace(/^#\/?/, '') || home()).split('?');
    const [page, id] = path.split('/').map(decodeURIComponent);
    const known = page === 'search' ? desk() : (page in PAGES || page in REGISTERS) && shown(page);
    if (!known) { location.replace(`#/${home()}`); return; }
    const same = app.page === page;
    app.page = page;
    onMain.leave();
    document.querySelectorAll('nav a').forEach((a) => (a.dataset.page === page ? a.setAttribute('aria-current', 'page') : a.removeAttribute('aria-current')));
    const from = document.activeElement;
    openMenu(false);
    document.body.dataset.page = page;
    const name = page === 'search' ? _('Search') : title(page);
    document.title = `${name} · Docket`;
    const main = $('#main');
    if (!same) { Object.assign(main, { onclick: null, onchange: null, onsubmit: (e) => e.preventDefault(), ondrop: null, ondragover: null, ondragstart: null, scrollTop: 0 }); }
    if (page in PAGES) { list.leave(); }
    const given = Object.fromEntries(new URLSearchParams(params || ''));
    try {
        if (page === 'dashboard') { await dashboard.show(app); }
        else if (page === 'board') { await board.show(app); }
        else if (page === 'search') { await search(given.q || ''); }
        else { await list.show(app, page, id, given); }
        if (mine !== visit || location.hash !== asked) { return; }
        const free = [from, document.body].includes(document.activeElement); // nothing else was gone to meanwhile
        if (!same && from && free && !from.getClientRects().length && $('[data-home]')) { $('[data-home]').focus(); } // its menu is shut
        document.body.dataset.ready = asked;
    } catch (e) {
        if (mine === visit && e.status !== 401) { say(e.message); if (!e.status) { console.error(e); } }
    }
}

// ---- what changes elsewhere ------------------------------------------------------------------------
let stream = null;
let waiting = null;
let lasted = 0;
const changed = new Set();
const SOON_MS = 300;
// When headquarters has much to do each page waits four times as long as its last look took. All
// hear of a change at the same moment: up to half as long again, by chance, so that not all ask at once.
const pause = () => Math.min(10000, Math.max(SOON_MS, 4 * lasted)) * (1 + Math.random() / 2);
const soon = () => { waiting = waiting || setTimeout(again, pause()); };
const missed = () => { Object.keys(TYPE_HOMES).forEach((t) => changed.add(t)); soon(); };
// Done when it listens, or will not for a while. After a gap everything may have changed.
const PATIENCE_MS = 2000;
const ANEW_MS = 30000; // a refusal ends a stream for good: another is tried
function listen() {
    stopListening();
    const mine = new EventSource('/api/v1/events');
    stream = mine;
    stream.addEventListener('changed', (e) => {
        const news = JSON.parse(e.data);
        quietly(() => Promise.all(news.subjects.map((s) => { changed.add(s.type); return somebodyWrote(s.id); })));
        if (changed.has('technician') || news.more) { forgetPeople(); }
        if (news.more) { missed(); } else { soon(); }
    });
    // A minute passes for every limit, whether or not somebody writes.
    stream.clock = setInterval(() => { changed.add('job'); again(); }, 60000);
    return new Promise((go) => {
        let gap = false;
        const without = () => { gap = true; go(); };
        const late = setTimeout(without, PATIENCE_MS);
        mine.onopen = () => { clearTimeout(late); if (gap) { missed(); } gap = false; go(); };
        mine.onerror = () => {
            without();
            if (mine.readyState === EventSource.CLOSED) { setTimeout(() => { if (stream === mine) { listen().then(missed); } }, ANEW_MS); }
        };
    });
}
function stopListening() {
    if (stream) { clearInterval(stream.clock); stream.close(); }
    stream = null;
}
async function look(types) {
    if (app.page === 'dashboard') { await dashboard.show(app); return; }
    await count();
    if (app.page === 'board' && types.has('job')) { await board.show(app); }
    await list.refresh(types);
}
async function again() {
    waiting = null;
    const types = new Set(changed);
    changed.clear();
    if (!app.me || document.hidden) { document.hidden && types.forEach((t) => changed.add(t)); return; }
    const from = performance.now();
    try { await quietly(() => look(types)); } catch { types.forEach((t) => changed.add(t)); } // shown at the next change, or within a minute; a write says what is wrong
    lasted = performance.now() - from;
}
document.addEventListener('visibilitychange', () => { if (!document.hidden && changed.size) { again(); } });

function openMenu(open) {
    document.body.classList.toggle('menu-open', open);
    if ($('.menu')) { $('.menu').setAttribute('aria-expanded', String(open)); }
}

// ---- clicks and keys ------------------------------------------------------------------------------
async function onClick(e) {
    const what = e.target.closest('[data-do]');
    const doing = what && what.dataset.do;
    if (doing === 'language') {
        await speak(language() === 'zh' ? 'en' : 'zh');
        if (!app.me) { login(); return; }
        const unread = !$('#greeting').hidden;
        list.leave();
        shell();
        if (unread) { sessions.greet(app.me, say); }
        await route();
        await count().catch(() => {}); // they come with the next change
    } else if (doing === 'menu') {
        openMenu(!document.body.classList.contains('menu-open'));
    } else if (doing === 'skip') {
        e.preventDefault();
        $('#main').focus();
    } else if (doing === 'cancel') {
        close();
    } else if (doing === 'leave') {
        login();
    } else if (doing === 'me') {
        $('#greeting').hidden = true;
        await account();
    } else if (doing === 'read') {
        $('#greeting').hidden = true;
    } else if (doing === 'end-session') {
        await sessions.end(what.dataset.id).catch((problem) => say(problem.message));
        await account();
    }
}

async function account() {
    const wanted = asking();
    const mine = await sessions.rows().catch((problem) => { say(problem.message); return null; });
    if (!mine || !app.me) { return; }
    await ask({
        sessions: { title: _(sessions.TITLE), rows: mine },
        title: app.me.name || app.me.login, text: [roleWord(app.me.role), app.me.branch, app.me.company].filter(Boolean).join(' · '), go: _('Save'),
        fields: [
            { name: 'what', label: N_('What to do'), kind: 'choice', list: [N_('Log out'), N_('Log out everywhere'), N_('Change my password')], value: '0' },
            { name: 'password', label: N_('Password'), kind: 'password', auto: 'current-password', hint: N_('Only to change it.') },
            { name: 'new_password', label: N_('New password'), kind: 'password', auto: 'new-password', hint: N_('12 characters or more.') },
        ],
        submit: async ({ what, password, new_password }) => {
            if (what === 2) {
                await call('POST', '/session/password', { password: password || '', new_password: new_password || '' });
                say(_('The password is changed. Your other sessions have ended.'));
            } else {
                await call('DELETE', what === 1 ? '/sessions' : '/session').catch((e) => { if (e.status !== 401) { throw e; } }); // 401: it has ended already
                login();
            }
        },
    }, wanted);
}

const KEYS = [
    ['/', N_('Search')], ['N', N_('New')], ['J  K', N_('Next row, row before')], ['Enter', N_('Open the row; once more: into the record')], ['Esc', N_('Close the record, leave a field')],
    ['E', N_('Edit the record')], ['D', N_('Dispatch the call')], ['G', N_('To the side bar')], ['?', N_('These keys')],
];
document.addEventListener('keydown', (e) => {
    const typing = e.target.matches('input, select, textarea') || $('dialog[open]');
    if (e.key === 'Escape' && e.target.matches('.filters *, #search')) { e.target.blur(); return; }
    if (!app.me || typing || e.ctrlKey || e.metaKey || e.altKey) { return; }
    const k = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    let used = true;
    if (k === '/' && $('#search')) { $('#search').focus(); $('#search').select(); }
    else if (k === 'n') { list.make(); }
    else if (k === 'j' || k === 'k' || ((k === 'ArrowDown' || k === 'ArrowUp') && e.target.closest('#rows'))) { used = list.key(k); }
    else if (k === 'Escape' && document.body.classList.contains('menu-open')) { openMenu(false); $('.menu').focus(); }
    else if (k === 'Escape') { used = list.escape(); }
    else if (k === 'e' || k === 'd') { used = list.press(k); }
    else if (k === 'g') { openMenu(true); const a = $('nav a[aria-current]') || $('nav a'); if (a) { a.focus(); } }
    else if (k === '?') { ask({ title: _('Keys'), fields: [], go: '' }).then((shown) => { if (shown) { keys(); } }); }
    else { used = false; }
    if (used) { e.preventDefault(); }
});
function keys() {
    const dl = document.createElement('dl');
    dl.className = 'fields';
    KEYS.forEach(([k, words]) => {
        const dt = document.createElement('dt'), dd = document.createElement('dd'), kbd = document.createElement('kbd');
        kbd.textContent = k;
        dt.append(kbd);
        dd.textContent = _(words);
        dl.append(dt, dd);
    });
    $('#dialog .qr').append(dl);
}

document.addEventListener('click', onClick);
addEventListener('hashchange', route);
whenLoggedOut(() => {
    if (app.me && $('dialog[open]')) { comeBack(); } else if (app.me) { login(_('Your session has ended. Log in again.')); }
});
addEventListener('beforeprint', () => document.body.classList.add('printing'));
addEventListener('afterprint', () => document.body.classList.remove('printing', 'papered'));

await speak(preferred());
if (localStorage.getItem('here')) {
    try { await begin(await get('/session')); } catch { login(); }
} else {
    login();
}
