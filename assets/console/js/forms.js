// A form in the dialog: fields from their rows, sentences where they belong, and the change of
// somebody else shown before it is overwritten.
import { _, fmt, moment, byName } from './i18n.js';
import { call, get, rowsOf } from './api.js';
import { $, draw, place, say, FORM } from './view.js';
import { field, fromInput, show, named } from './fields.js';
import * as W from './words.js';
import { dress } from './secret.js';

let open = null; // {spec, views, following, unknown}
const stands = (mine) => open === mine && $('#dialog').open;
const forms = place(); // the dialog, which shows what was asked for last
const notes = place(); // what somebody else wrote, said at its field
// A form that takes a while to come: it comes unless another was asked for, or the dialog was shut, meanwhile.
export function asking() {
    forms.leave();
    return forms.turn();
}

// Everybody whom the login may name, in the order of names. Until somebody of them is changed, or the login is another.
let people = null;
export const forgetPeople = () => { people = null; };
export function technicians() {
    people = people || everybody().catch((e) => { people = null; throw e; });
    return people;
}
const everybody = async () => byName((await rowsOf('people')).map((r) => ({ code: r.code || r.id, name: named(r.fields) || r.code, role: r.fields.role })));

const INPUTS = { time: 'datetime-local', date: 'date', password: 'password', file: 'file' };
// {type, name} of a record's field, or a field of the form's own: {name, label, kind, ...}
async function viewOf(one) {
    const f = { ...(one.type ? field(one.type, one.name) : {}), ...one };
    const v = { name: f.name, label: _(f.label), required: f.required, hint: f.hint && _(f.hint), value: f.value == null ? '' : f.value, auto: f.auto || 'off', accept: f.accept, broad: f.kind === 'long' || f.broad, f };
    if (f.kind === 'choice') {
        v.options = [{ value: '', label: '–' }, ...f.list.map((w, i) => ({ value: String(i), label: w && _(w) })).filter((o) => o.label)];
    } else if (f.kind === 'role') {
        v.options = Object.keys(W.ROLES).filter((r) => r !== 'headquarters').map((r) => ({ value: r, label: W.roleWord(r) }));
    } else if (f.kind === 'ref' && f.of === 'technician') {
        const list = (await technicians()).filter((p) => !f.role || p.role === f.role);
        v.options = [{ value: '', label: f.nobody ? _(f.nobody) : '–' }, ...list.map((p) => ({ value: p.code, label: `${p.name} · ${W.roleWord(p.role)}` }))];
    } else if (f.kind === 'long') {
        v.long = true;
    } else {
        v.input = INPUTS[f.kind] || 'text';
        v.of = f.kind === 'ref' ? f.of : '';
    }
    if (v.options) { v.options.forEach((o) => { o.on = o.value === String(v.value); }); }
    return v;
}

// ---- a reference by its number, or by what one knows of it -------------------------------------------
const whose = (h) => [h.fields.name || h.fields.model || named(h.fields.customer), h.fields.phone, h.fields.address || h.fields.fault_told].filter(Boolean).join(' · ');
const SUGGESTED = 30;
async function hitsOf(type, text) {
    const found = await call('POST', '/search', { q: text });
    return found.hits.filter((h) => h.type === type);
}
const numberOf = (h) => h.code || h.id;
const says = (input, words) => { const p = $('.seen', input.closest('.field')); if (p) { p.textContent = words; } };
// Suggestions for customers, equipment and calls, as one types; whose number it is stands below.
let asked = 0;
async function suggest(input) {
    const mine = ++asked;
    const text = input.value.trim();
    says(input, '');
    if (text.length < 2 || !$('#search')) { return; } // who may not search gets no suggestions
    await new Promise((go) => { setTimeout(go, 200); });
    if (mine !== asked) { return; }
    const hits = await hitsOf(input.dataset.of, text).catch(() => []);
    const { list } = input;
    if (!list || mine !== asked) { return; }
    list.replaceChildren(...hits.slice(0, SUGGESTED).map((h) => {
        const o = document.createElement('option');
        o.value = numberOf(h);
        o.label = whose(h);
        return o;
    }));
    const exact = hits.find((h) => numberOf(h) === text);
    if (exact) { says(input, whose(exact)); }
}
// Who typed a name where a number belongs is led to the one whom he means; nobody is taken for another unseen.
async function meant(form, views) {
    for (const { name, f } of views) {
        const input = form.elements[name];
        const text = input && input.dataset.of && $('#search') ? input.value.trim() : '';
        if (!text || text === String(f.value == null ? '' : f.value)) { continue; }
        const number = /^[!-~]+$/.test(text); // which the server knows without a search
        const hits = await hitsOf(input.dataset.of, text).catch((e) => { if (number) { return []; } throw e; });
        if (hits.some((h) => numberOf(h) === text || h.id === text)) { continue; }
        if (hits.length === 1) {
            input.value = numberOf(hits[0]);
            says(input, whose(hits[0]));
            throw new FieldError(fmt(_('Is it this one: %s? Then press once more.'), whose(hits[0])), name);
        }
        if (!hits.length && number) { continue; }
        throw new FieldError(hits.length ? fmt(_('More than one has "%s". Choose from the list as you type.'), text) : fmt(_('Nothing found for "%s". A number, a name or a telephone finds it.'), text), name);
    }
}

function complain(form, words, name) {
    const p = $('.error', form);
    p.textContent = words;
    p.hidden = !words;
    form.querySelectorAll('[aria-invalid]').forEach((e) => e.removeAttribute('aria-invalid'));
    const input = name && form.elements[name];
    if (input) { input.setAttribute('aria-invalid', 'true'); input.focus(); } else if (words) { p.scrollIntoView({ block: 'nearest' }); }
}

class FieldError extends Error {
    constructor(words, name) { super(words); this.field = name; }
}
function values(form, views) {
    const out = {};
    for (const { name, label, required, f } of views) {
        const input = form.elements[name];
        if (!input) { continue; }
        const s = f.kind === 'file' ? input.files[0] : f.kind === 'password' ? input.value : input.value.trim();
        if (!s) {
            if (required) { throw new FieldError(fmt(_('%s is missing.'), label), name); }
            continue;
        }
        try {
            out[name] = f.kind === 'file' || f.kind === 'role' || f.kind === 'password' ? s : fromInput(f, s);
        } catch (e) {
            throw new FieldError(`${label}: ${e.message}`, name);
        }
    }
    return out;
}

const wordsOf = (go, keep) => ({ cancel: keep || (go ? _('Cancel') : _('Close')) });
const writer = (w) => fmt(_('%s, %s'), named(w.actor) || _('a handheld'), moment(w.time_ms));

// Shows a form; false: it did not come to that. spec: {title, about, text, fields, keep, go, danger, submit(values, form), live(form), watch: {id, path, seen}, secret, qr}
// submit answers the spec of the form that follows, if any; a secret, which is shown once, even to who shut this one.
export async function ask(spec, wanted = asking()) {
    const dialog = $('#dialog');
    const views = await Promise.all((spec.fields || []).map(viewOf)).catch((e) => { if (e.status !== 401) { say(e.message); } return null; });
    if (!views || !wanted()) { return false; }
    open = { spec, views };
    dialog.classList.toggle('many', views.length > 4);
    draw(dialog, FORM, { ...spec, fields: views, words: wordsOf(spec.go, spec.keep), goClass: spec.danger ? 'danger' : 'primary' }, undefined, true);
    dress(dialog);
    if (spec.qr) { drawQr($('.qr', dialog), spec.qr); }
    if (!dialog.open) { dialog.showModal(); }
    const first = dialog.querySelector('.field input, .field select, .field textarea');
    if (first) { first.focus(); }
    const form = $('form', dialog);
    form.addEventListener('input', (e) => { if (e.target.dataset.of) { suggest(e.target); } });
    form.addEventListener('submit', (e) => { e.preventDefault(); submit(form); });
    if (spec.live) {
        form.addEventListener('input', (e) => { e.target.dataset.typed = '1'; });
        form.addEventListener('change', () => follow(form));
        follow(form);
    }
    return true;
}
// Fields that follow from others, unless somebody typed into them. What could not be looked up is said.
function follow(form) {
    const mine = open;
    if (!mine) { return; } // shut with something typed: that counts as a change
    const turn = mine.spec.live(form).then(() => '', (e) => fmt(_('Not added up: %s'), e.message)).then((words) => {
        if (open === mine && mine.following === turn && (words || mine.unknown)) { complain(form, words); }
        mine.unknown = words;
        return words;
    });
    mine.following = turn;
}

async function submit(form) {
    const mine = open;
    const { spec, views } = mine;
    const button = $('button[value=go]', form);
    let sent = false;
    try {
        complain(form, '');
        button.disabled = true;
        const unknown = await mine.following;
        if (!stands(mine)) { return; } // shut meanwhile: it was not meant
        if (unknown) { follow(form); throw new Error(unknown); }
        const v = values(form, views);
        await meant(form, views);
        if (!stands(mine)) { return; }
        sent = true;
        const next = await spec.submit(v, form);
        const here = stands(mine);
        if (here) { close(); } // another that was opened meanwhile is not ours to shut
        if (next && (here || next.secret)) { ask(next); }
    } catch (e) {
        if (!stands(mine)) {
            if (sent && e.status !== 401) { say(e.message); } // shut too late to stop it, and it came to nothing
        } else if (e.conflict && spec.settle) {
            showConflict(e.conflict);
        } else {
            complain(form, e.message, e.field);
        }
    } finally {
        button.disabled = false;
    }
}

// Both values of each field, and a choice. What stands is chosen already: nothing is lost by Enter.
function showConflict(conflict) {
    const { spec, views } = open;
    const chosen = (name, value) => views.flatMap((v) => (v.name === name && v.options ? v.options : [])).filter((o) => o.value === value).map((o) => o.label)[0];
    const conflicts = Object.entries(conflict.fields).map(([name, c]) => {
        const f = field(spec.type, name);
        return {
            name, label: f ? _(f.label) : name, mine: chosen(name, c.yours) || show(f, c.yours), mineWords: _('what you wrote'), entries: c.stands.filter((w) => !w.proposal).map((w) => w.entry), yours: c.yours,
            stands: c.stands.filter((w) => !w.proposal).slice(-1).map((w) => ({ value: show(f, w.value) || _('nobody'), by: writer(w) })),
            standing: c.stands.length ? c.stands[c.stands.length - 1].value : null,
        };
    });
    const dialog = $('#dialog');
    dialog.classList.remove('many');
    const next = { ...spec, title: _('Somebody changed this meanwhile'), text: _('Nothing of yours was written yet. Choose what shall stand.'), go: _('Save'), goClass: 'primary', words: wordsOf(true), conflicts, fields: [] };
    draw(dialog, FORM, next, undefined, true);
    const form = $('form', dialog);
    $('input', form).focus();
    open = {
        views: [],
        spec: { ...spec, submit: () => spec.settle(conflicts.map((c) => ({ ...c, take: form.elements[`choose-${c.name}`].value }))) },
    };
    form.addEventListener('submit', (e) => { e.preventDefault(); submit(form); });
}

export function close() {
    const dialog = $('#dialog');
    open = null;
    forms.leave();
    if (dialog.open) { dialog.close(); }
}

$('#dialog').addEventListener('cancel', (e) => { if (e.target === e.currentTarget) { open = null; forms.leave(); } }); // Escape

// Somebody wrote what this form shows: said at the field, before anything is overwritten.
export async function somebodyWrote(id) {
    const watch = open && open.spec.watch;
    if (!watch || watch.id !== id) { return; }
    const newest = notes.turn();
    const now = await get(watch.path).catch(() => null);
    if (!now || !open || open.spec.watch !== watch || !newest()) { return; }
    const held = watch.holds && $(`#dialog [data-field="${watch.holds.name}"] .seen`); // none while a conflict is shown
    if (held && watch.holds.of(now) !== watch.seen) {
        const last = (now.history || []).filter((e) => e.kind === 'job.assigned').pop();
        held.textContent = fmt(_('Now here: %1$s (%2$s)'), named(watch.holds.is(now)) || _('nobody'), last ? writer({ actor: last.actor, time_ms: last.wall_ms }) : '');
    }
    for (const { name, f } of watch.holds ? [] : open.views) {
        const value = now.values[name];
        const p = $(`#dialog [data-field="${name}"] .seen`);
        if (p && value && String(value.seen) !== String(watch.seen[name] || [])) {
            const w = value.writes.filter((one) => !one.proposal).pop();
            p.textContent = w ? fmt(_('Now here: %1$s (%2$s)'), show(f, w.value), writer(w)) : '';
        }
    }
}

// Modules as a drawing: the server made the code, the page only paints it.
function drawQr(box, rows) {
    const quiet = 4, px = 6, side = rows.length + 2 * quiet;
    const c = document.createElement('canvas');
    c.width = side * px;
    c.height = side * px;
    c.setAttribute('role', 'img');
    c.setAttribute('aria-label', _('Enrolment code as QR'));
    const g = c.getContext('2d');
    g.fillStyle = '#fff';
    g.fillRect(0, 0, c.width, c.height);
    g.fillStyle = '#000';
    rows.forEach((row, y) => Array.from(row).forEach((m, x) => { if (m === '1') { g.fillRect((x + quiet) * px, (y + quiet) * px, px, px); } }));
    box.append(c);
}

