// A register's page: filters in the address, rows by a cursor, a record beside them.
import { _, fmt, N_ } from './i18n.js';
import { get, query } from './api.js';
import { $, draw, onMain, place, say, unpressed, LIST, ROWS, TILES } from './view.js';
import { REGISTERS, source, title } from './registers.js';
import { showRecord } from './record.js';
import { fresh, freshLabel } from './actions.js';
import { technicians } from './forms.js';
import { saveCsv } from './csv.js';
import { tiles } from './dashboard.js';
import * as W from './words.js';

const PAGE = 50;
const PAGE_MOST = 200;
const ON_PAPER = 10000; // rows of one printed list, some 250 sheets; more go out as a file
let here = null; // {page, params, rows, next, id, app}
const onDetail = place(); // left with each record

const address = (page, id, params) => `#/${page}${id ? `/${id}` : ''}${query(params)}`;
const midnight = (s, add) => (s ? new Date(`${s}T00:00:00`).getTime() + add * 86400000 : '');

// A page may show a part of its register until another, a state, or all of it is asked for.
const WHOLE = 'all';
const part = (page, { only, state }) => (only === WHOLE ? '' : only || (state ? '' : REGISTERS[page].only || ''));
function asked(page, params) {
    const { from, to, ...rest } = params;
    return { ...rest, only: part(page, params), from: midnight(from, 0), to: midnight(to, 1) };
}

const fetchRows = (of, cursor, limit) => get(`/registers/${source(of.page)}${query({ ...asked(of.page, of.params), cursor, limit })}`);
// What asks for rows of one list goes one after the other: a look again does not overtake "More".
function inTurn(of, f) {
    of.turn = (of.turn || Promise.resolve()).catch(() => {}).then(f);
    return of.turn;
}

// ---- order: what the server says that this register can be read by ---------------------------------
const RECORDS = ['job', 'customer', 'equipment', 'contract', 'technician', 'stock', 'goods', 'slip', 'day', 'invoice'];
const HEADS = { time: N_('Time'), number: N_('Number'), state: N_('State'), class: N_('Class'), technician: N_('Technician'), branch: N_('Branch'), due: N_('Deadline') };
const SAID = { 'time desc': N_('Newest first'), 'time asc': N_('Oldest first'), 'due asc': N_('Nearest deadline first') };
const usual = (sort) => (sort === 'time' ? 'desc' : 'asc');
// As the server reads it: by number where numbers are asked for, else the newest first.
function sorted(known, params) {
    const sort = known.sorts.includes(params.sort) ? params.sort : params.number_from || params.number_to ? 'number' : 'time';
    return { sort, order: ['asc', 'desc'].includes(params.order) ? params.order : usual(sort) };
}
function orders(known, now) {
    const word = (sort, order) => (SAID[`${sort} ${order}`] ? _(SAID[`${sort} ${order}`]) : `${_(HEADS[sort])} ${order === 'asc' ? '\u2191' : '\u2193'}`);
    return known.sorts.flatMap((sort) => [usual(sort), usual(sort) === 'asc' ? 'desc' : 'asc'].map((order) => ({ value: `${sort} ${order}`, label: word(sort, order), on: sort === now.sort && order === now.order })));
}
// Into the address goes what is not usual.
function ordered({ by, ...rest }, known) {
    const [sort, order] = (by || '').split(' ');
    const plain = sorted(known, { ...rest, sort: '', order: '' }).sort;
    if (sort && sort !== plain) { rest.sort = sort; }
    if (order && order !== usual(sort)) { rest.order = order; }
    return rest;
}

// ---- filters: what the server says that this register takes ---------------------------------------
async function filters(app, page, params) {
    const known = app.registers[source(page)];
    const list = [];
    if (!known) { return list; }
    const choice = (name, words, options) => list.push({ name, label: words, options: options.map((o) => ({ ...o, on: (params[name] || '') === o.value })) });
    if (known.filters.includes('state') && known.states.length) {
        choice('state', _('State'), [{ value: '', label: _('All') }, ...known.states.map((s) => ({ value: s, label: W.stateWord(REGISTERS[page].type, s) }))]);
    }
    if (known.only.length) {
        const usual = params.state ? '' : REGISTERS[page].only;
        const words = [...(usual ? [{ value: '', label: _(W.ONLY[usual]) }] : []), { value: usual ? WHOLE : '', label: _('All') }];
        choice('only', _('Only'), [...words, ...known.only.filter((o) => o !== usual).map((o) => ({ value: o, label: _(W.ONLY[o]) }))]);
    }
    if (known.filters.includes('class')) {
        choice('class', _('Class'), [{ value: '', label: _('All') }, ...[1, 2, 3, 4].map((n) => ({ value: String(n), label: _(W.CLASSES[n]) }))]);
    }
    if (known.filters.includes('technician') && app.registers.people) {
        choice('technician', _('Technician'), [{ value: '', label: _('All') }, ...(await technicians().catch(() => [])).filter((p) => p.role === 'technician').map((p) => ({ value: p.code, label: p.name }))]);
    }
    if (known.filters.includes('customer')) {
        list.push({ name: 'customer', label: _('Customer'), text: true, value: params.customer || '' });
    }
    if (known.filters.includes('type')) {
        choice('type', _('What'), [{ value: '', label: _('All') }, ...RECORDS.map((t) => ({ value: t, label: _(W.TYPES[t]) }))]);
    }
    list.push({ name: 'by', label: _('Order'), options: orders(known, sorted(known, params)) });
    list.push({ name: 'from', label: _('From'), date: true, value: params.from || '' }, { name: 'to', label: _('Until'), date: true, value: params.to || '' });
    if (known.sorts.includes('number')) {
        list.push({ name: 'number_from', label: _('Number from'), text: true, value: params.number_from || '' }, { name: 'number_to', label: _('Number until'), text: true, value: params.number_to || '' });
    }
    if (app.me && !app.me.branch) { list.push({ name: 'branch', label: _('Branch'), text: true, value: params.branch || '' }); }
    return list;
}

// ---- rows -----------------------------------------------------------------------------------------
const cls = (c, r) => (typeof c.cls === 'function' ? c.cls(r) : c.cls || '');
function headOf(c) {
    const known = here.app.registers[source(here.page)];
    if (!c.sort || !known || !known.sorts.includes(c.sort)) { return null; }
    const now = sorted(known, here.params);
    const on = now.sort === c.sort;
    const next = on ? (now.order === 'asc' ? 'desc' : 'asc') : usual(c.sort);
    return { by: `${c.sort} ${next}`, aria: !on ? 'none' : now.order === 'asc' ? 'ascending' : 'descending', arrow: !on ? '' : now.order === 'asc' ? '\u25B2' : '\u25BC' };
}
// An empty list says what to do: widen what was asked for, or make the first one.
const narrowing = (params) => Object.keys(params).filter((name) => name !== 'sort' && name !== 'order');
const nothing = (reg) => (narrowing(here.params).length ? { empty: _('Nothing matches the filter.'), clear: _('Clear the filter') } : { empty: _(reg.empty), fresh: freshLabel(reg.fresh, here.app.me) });
const LONG = 16; // characters that a column may cut: whole in its title
const whole = (words) => (String(words).length > LONG ? String(words) : '');
// What a printed list is of: its filter and its order.
const ofWhat = (list) => list.map((f) => [f.label, f.options ? (f.options.find((o) => o.on && o.label !== _('All')) || {}).label : f.value])
    .filter(([, v]) => v).map(([name, v]) => fmt(_('%1$s: %2$s'), name, v)).join(' \u00B7 ');
function rowsView() {
    const reg = REGISTERS[here.page];
    return {
        type: here.page, of: here.list && ofWhat(here.list), heads: reg.columns.map((c) => ({ label: _(c.label), cls: typeof c.cls === 'string' ? c.cls : '', sort: headOf(c) })),
        rows: here.rows.map((r) => ({
            id: r.id, cls: [r.conflict ? 'conflict' : '', r.late ? 'is-late' : ''].join(' ').trim(),
            cells: reg.columns.map((c, i) => {
                const linked = c.link || (i === 0 && !reg.columns.some((x) => x.link));
                const words = c.text(r);
                return { label: _(c.label), text: words || words === 0 ? String(words) : (linked ? r.id.slice(0, 8) : ''), cls: cls(c, r), box: c.box, title: c.title ? c.title(r) : whole(words), href: linked ? address(here.page, r.id, here.params) : '', key: r.id };
            }),
        })),
        next: here.next, ...nothing(reg), words: { more: _('More'), further: _('Look further back'), cut: fmt(_('The list goes on after %1$s rows: narrow it by its filter to print the rest, or save it as CSV.'), here.rows.length) },
    };
}
function drawRows() {
    draw($('#rows'), ROWS, rowsView());
    choose(here.id);
}
function choose(id) {
    document.querySelectorAll('#rows tr').forEach((tr) => {
        const link = $('a', tr);
        tr.classList.toggle('on', tr.dataset.id === id);
        if (link && tr.dataset.id === id) { link.setAttribute('aria-current', 'true'); } else if (link) { link.removeAttribute('aria-current'); }
    });
}
// As many rows as stand there, in no more requests than brought them.
const load = () => { const mine = here; return inTurn(mine, () => read(mine)); };
async function read(mine) {
    const had = mine.rows.length, rows = [];
    let next = '';
    for (let asks = Math.max(1, mine.asks); next !== null && asks > 0 && (rows.length === 0 || rows.length < had); asks -= 1) {
        const page = await fetchRows(mine, next, Math.max(PAGE, Math.min(PAGE_MOST, had - rows.length)));
        rows.push(...page.rows);
        next = page.next;
    }
    await unpressed();
    if (here !== mine) { return; }
    Object.assign(mine, { rows, next, asks: Math.max(1, mine.asks) });
    drawRows();
}
const more = () => { const mine = here; return inTurn(mine, () => further(mine, PAGE)); };
async function further(mine, limit) {
    if (!mine.next) { return; } // pressed twice, and once was enough
    const page = await fetchRows(mine, mine.next, limit);
    await unpressed();
    if (here !== mine) { return; }
    const first = page.rows[0];
    const free = document.activeElement === document.body || $('#rows').contains(document.activeElement);
    mine.rows.push(...page.rows);
    mine.next = page.next;
    mine.asks += 1;
    drawRows();
    const link = free && first && rowLink(first.id);
    if (link) { link.focus(); }
}
// On paper stands the whole list, not what the screen had room for. While it is read the button says how far, and
// stops it; the screen's own rows come back when the paper is done.
async function onPaper() {
    const mine = here;
    const label = (words) => { const button = here === mine && $('[data-do=print-list]'); if (button) { button.textContent = words; } };
    if (mine.reading) { mine.reading = false; return; }
    const { rows: shown, next: on, asks } = mine;
    const rows = [...shown];
    let next = on, stopped = false;
    mine.reading = true;
    try {
        while (here === mine && mine.reading && next && rows.length < ON_PAPER) {
            label(fmt(_('Stop (%1$s read)'), rows.length));
            const page = await fetchRows(mine, next, Math.min(PAGE_MOST, ON_PAPER - rows.length));
            rows.push(...page.rows);
            next = page.next;
        }
    } finally {
        label(_('Print'));
        stopped = !mine.reading;
        mine.reading = false;
    }
    if (here !== mine || stopped) { return; }
    Object.assign(mine, { rows, next });
    drawRows();
    document.body.classList.remove('papered');
    addEventListener('afterprint', () => {
        if (here !== mine || rows.length === shown.length) { return; }
        Object.assign(mine, { rows: shown, next: on, asks });
        load().catch((p) => mine.app.say(p.message));
    }, { once: true });
    window.print();
}

function done(page, id) {
    if (page && id) { location.hash = address(page, id, {}); }
    refresh().catch((e) => { if (e.status !== 401) { say(e.message); } });
}

const rowLink = (id) => id && $(`#rows tr[data-id="${CSS.escape(id)}"] a`);
const hidden = (element) => getComputedStyle(element).display === 'none';
// Beside its list, or where it is narrow instead of it: the list keeps its place, and the keyboard goes where the eye is.
async function detail() {
    const aside = $('#detail'), main = $('#main');
    const mine = here;
    const { page, id, app } = mine;
    const { activeElement: held } = document;
    const was = mine.beside;
    mine.beside = id;
    if (id !== was) { onDetail.leave(); }
    const still = onDetail.turn();
    if (id !== was) { aside.setAttribute('aria-busy', String(Boolean(id))); } // another's buttons are not pressed for this one
    if (id && !was) { mine.scrolled = main.scrollTop; }
    aside.hidden = !id;
    $('.page').classList.toggle('with-detail', Boolean(id));
    choose(id);
    if (!id) {
        const back = was && (held === document.body || aside.contains(held)) && rowLink(was);
        aside.replaceChildren();
        delete aside.dataset.id;
        if (was && mine.instead) { main.scrollTop = mine.scrolled; }
        if (back) { back.focus({ preventScroll: true }); }
        return;
    }
    const instead = hidden($('.list'));
    mine.instead = instead;
    if (instead && was !== id) { main.scrollTop = 0; }
    const record = await showRecord(aside, { page, id, rows: here.rows, me: app.me, sees: (name) => source(name) in app.registers, back: address(page, '', mine.params), done, still })
        .finally(() => { if (mine.id === id) { aside.setAttribute('aria-busy', 'false'); } });
    if (here !== mine || mine.id !== id) { return; }
    if (record !== undefined) { mine.record = record; }
    const home = $('[data-home]', aside), { activeElement: now } = document;
    if (home && instead && was !== id && (now === document.body || $('.list').contains(now))) { home.focus(); }
}

// ---- the page -------------------------------------------------------------------------------------
const CSV = N_('CSV');
export async function show(app, page, id, params) {
    if (here && here.page === page && JSON.stringify(here.params) === JSON.stringify(params) && $('#rows')) {
        here.id = id; // the same list: only what stands beside it changes
        await detail();
        return;
    }
    const reg = REGISTERS[page];
    const still = onMain.turn();
    const list = await filters(app, page, params);
    if (!still()) { return; }
    const mine = { app, page, id, params, list, rows: [], next: null, asks: 0 };
    const had = here && here.page === page && document.activeElement && document.activeElement.dataset.key;
    const opened = here && here.page === page && $('.narrow[open]');
    here = mine;
    draw($('#main'), LIST, {
        title: title(page), fresh: freshLabel(reg.fresh, app.me), filters: list, filtered: Object.keys(params).length > 0, wide: innerWidth >= 700 || opened,
        csv: `/api/v1/registers/${source(page)}${query({ ...asked(page, params), format: 'csv' })}`,
        words: { csv: _(CSV), print: _('Print'), filter: _('Filter'), set: narrowing(params).length ? `(${narrowing(params).length})` : part(page, params) ? `\u00B7 ${_(W.ONLY[part(page, params)])}` : '', clear: _('Clear the filter'), detail: _('The record') },
    });
    wire(app);
    await load();
    if (here !== mine) { return; }
    const again = had && (document.activeElement === document.body || document.activeElement.matches('#main > .page [data-home]')) && $(`#rows [data-key="${CSS.escape(had)}"]`);
    if (again) { again.focus({ preventScroll: true }); } // a head that sorts keeps the focus
    if (reg.tiles) { counts(app.counts); }
    await detail();
}

function wire(app) {
    const main = $('#main');
    const { page } = here;
    main.onchange = (e) => {
        const form = e.target.closest('.filters');
        if (!form) { return; }
        const asks = Object.fromEntries([...new FormData(form)].filter(([, v]) => v));
        // Numbers are read by number; whoever chose another order before keeps it.
        if (e.target.name.startsWith('number_') && !here.params.sort) { delete asks.by; }
        location.hash = address(page, '', ordered(asks, app.registers[source(page)]));
    };
    main.onsubmit = (e) => e.preventDefault();
    main.onclick = (e) => {
        const tr = e.target.closest('#rows tr[data-id]');
        const home = tr && tr.dataset.id === here.id && e.target.closest('a') && $('#detail [data-home]');
        if (home) { e.preventDefault(); home.focus(); return; } // it is open: into it
        if (tr && !e.target.closest('a') && !String(getSelection())) { location.hash = address(page, tr.dataset.id, here.params); return; }
        const what = e.target.closest('[data-do]');
        if (!what || what.closest('#detail')) { return; }
        if (what.dataset.do === 'new') { make(); }
        if (what.dataset.do === 'more') { more().catch((p) => app.say(p.message)); }
        if (what.dataset.do === 'sort') {
            const { sort, order, ...rest } = here.params;
            location.hash = address(page, here.id, ordered({ ...rest, by: what.dataset.by }, app.registers[source(page)]));
        }
        if (what.dataset.do === 'clear') { location.hash = `#/${page}`; }
        if (what.dataset.do === 'csv' && !e.ctrlKey && !e.metaKey) {
            e.preventDefault();
            saveCsv(page, what.getAttribute('href').replace('/api/v1', '')).catch((p) => app.say(p.message));
        }
        if (what.dataset.do === 'print-list') { onPaper().catch((p) => app.say(p.message)); }
    };
}

export function make() {
    const reg = here && REGISTERS[here.page];
    if (reg && freshLabel(reg.fresh, here.app.me)) { fresh(reg.fresh, done); }
}
export const leave = () => { here = null; };
export function counts(d) {
    const box = $('#tiles');
    if (box && here && REGISTERS[here.page].tiles && d) { draw(box, TILES, { tiles: tiles(d) }); }
}

// What changed elsewhere: the list in place, its scroll and focus kept; the record beside it, which shows more than
// its own kind.
const NAMED = ['customer', 'equipment', 'technician']; // whose names stand in the rows of others
const SHOWN = { job: ['goods'], customer: ['job', 'contract', 'goods'], equipment: ['job', 'contract'], goods: ['job'], invoice: ['job'] };
const any = (types, list) => list.some((t) => types.has(t));
export async function refresh(types) {
    if (!here) { return; }
    const { type, plain } = REGISTERS[here.page];
    const rows = !types || plain || any(types, [type, ...NAMED]);
    if (rows) { await load(); }
    if (here && here.id && (rows || any(types, SHOWN[type] || []))) { await detail(); }
}

// ---- keys -----------------------------------------------------------------------------------------
export function key(k) {
    const links = [...document.querySelectorAll('#rows tbody a')];
    const now = links.indexOf(document.activeElement);
    const at = now >= 0 ? now : links.findIndex((a) => a.closest('tr').dataset.id === here.id);
    const next = k === 'j' || k === 'ArrowDown' ? at + 1 : at - 1;
    const link = links[Math.max(0, Math.min(links.length - 1, next))];
    if (link) { link.focus(); }
    return Boolean(link);
}
export function escape() {
    if (here && here.id) {
        location.hash = address(here.page, '', here.params); // detail() gives the focus back to the row
        return true;
    }
    return false;
}
export function press(k) {
    const record = here && here.id && here.record && $('#detail').getAttribute('aria-busy') === 'false';
    const found = record && [...document.querySelectorAll('#detail button[data-act]')].find((b) => ({ e: 'edit', d: 'assign' }[k] === b.dataset.act));
    if (found) { found.click(); }
    return Boolean(found);
}

