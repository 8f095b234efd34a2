// A record beside its list: what it is, what may be done, its proof and its whole history.
import { _, N_, fmt, n_, brief, moment, money, quantity, limit, span } from './i18n.js';
import { get, call, query } from './api.js';
import { draw, say, unpressed, DETAIL, TIMELINE } from './view.js';
import { FIELDS, TYPE_PATHS, TYPE_HOMES, show, named, label } from './fields.js';
import { actionsOf, act, barredOf, titleOf } from './actions.js';
import { REGISTERS, source } from './registers.js';
import { hoursOf, hoursWords } from './hours.js';
import { print } from './paper.js';
import * as W from './words.js';

// A row that an address names and that no page of the list has brought yet.
async function further(page, id) {
    for (let cursor = '', pages = 0; cursor !== null && pages < 50; pages += 1) {
        const next = await get(`/registers/${source(page)}${query({ limit: 200, cursor })}`);
        const row = next.rows.find((r) => r.id === id);
        if (row) { return row; }
        cursor = next.next;
    }
    return undefined;
}

const inTime = (...lists) => lists.flat().sort((a, b) => a.wall_ms - b.wall_ms);
// What belongs to a record and stands in other registers.
async function load(page, id, rows) {
    if (page === 'quarantine') {
        const item = await get(`/quarantine/${id}`), by = item.fields.reason === W.ODD_SHOWN || !item.technician ? {} : { actor: item.technician, role: 'technician' };
        const again = item.fields.tries > 1 ? [{ kind: 'item.again', wall_ms: item.fields.last_ms, tries: item.fields.tries, ...by }] : [];
        return { ...item, history: inTime([{ kind: 'item.came', wall_ms: item.time_ms, ...by }], again, item.history) };
    }
    if (REGISTERS[page].plain) {
        const row = rows.find((r) => r.id === id) || await further(page, id);
        if (row && page === 'devices') { return { ...row, ...await get(`/devices/${id}/late`) }; }
        if (row && page === 'users') {
            const past = await get(`/users/${encodeURIComponent(id)}/history`);
            return { ...row, history: inTime(past.entries, past.steps) };
        }
        if (row && page === 'tokens') { return { ...row, history: (await get(`/tokens/${id}/history`)).steps }; }
        return row && page === 'conflicts' ? get(`/${TYPE_PATHS[row.type]}/${id}`) : row;
    }
    const r = await get(`/${TYPE_PATHS[REGISTERS[page].type]}/${id}`);
    if (r.type === 'invoice' && r.fields.job) { // whom it goes to stands with its call
        const job = await get(`/jobs/${r.fields.job.id}`).catch(() => null);
        r.fields.customer = job && job.fields.customer;
    }
    return r;
}

const NUMBERS = { user: N_('Login'), token: N_('What it is for') }; // of which the code is no number
function fields(r, sees) {
    const rows = [];
    const add = (name, text, href) => { if (text) { rows.push({ label: name, text, href }); } };
    if (r.code && r.code !== String(titleOf(r))) { add(_(NUMBERS[r.type] || N_('Number')), r.code); }
    for (const [name, f] of Object.entries(FIELDS[r.type] || {})) {
        const v = r.fields[name];
        add(_(f.label), show(f, v), f.kind === 'ref' && v && v.id && f.of !== 'technician' && sees(TYPE_HOMES[f.of]) ? `#/${TYPE_HOMES[f.of]}/${v.id}` : '');
        if (r.type === 'job' && name === 'customer' && r.customer) {
            add(_('Phone'), r.fields.phone ? '' : r.customer.fields.phone);
            add(_('Address'), r.customer.fields.address);
        }
        if (r.type === 'job' && name === 'equipment' && r.equipment) {
            add(_('Warranty until'), show(FIELDS.equipment.warranty_until, r.equipment.fields.warranty_until));
            add(_('Where it stands'), r.equipment.fields.place);
        }
    }
    if (r.type === 'device') { add(_('Technician'), named(r.technician)); add(_('Last contact'), r.time_ms ? moment(r.time_ms) : _('never')); }
    if (r.type === 'edition') {
        add(_('Published on'), moment(r.time_ms));
        (r.calendars || []).forEach((c) => add(fmt(_('Working hours: %s'), hoursOf(c)), hoursWords(c)));
    }
    if (r.type === 'quarantine') { add(_('Technician'), named(r.technician)); add(_('Came in'), moment(r.time_ms)); }
    if (r.type === 'user') { add(_('Name'), r.fields.name); add(_('Role'), W.roleWord(r.fields.role)); }
    if (r.type === 'token') { add(_('Login'), r.fields.login); add(_('Scopes'), r.fields.scopes); add(_('Until'), r.time_ms ? moment(r.time_ms) : ''); add(_('Ended on'), r.fields.ended_ms ? moment(r.fields.ended_ms) : ''); }
    add(_('Branch'), r.branch);
    return rows;
}

// What a step says beyond its kind, of a call, a handheld's admission, a token, an item set aside.
function saidOf(e) {
    if (e.kind === 'job.assigned') { return named(e.technician) || _('nobody'); }
    if (e.answer) { return [W.at(W.HELP_DECISIONS, e.answer.decision), named(e.answer.person), e.answer.when_ms ? moment(e.answer.when_ms) : '', e.answer.words === null ? _('Not kept here any more') : e.answer.words].filter(Boolean).join(' · '); }
    if (e.kind === 'item.settled') { return W.at(W.ITEM_REASONS, e.reason); }
    if (e.kind === 'item.again') { return n_('%d time in all', '%d times in all', e.tries); }
    if (e.scopes) { return [e.scopes, e.until_ms ? fmt(_('until %s'), moment(e.until_ms)) : ''].filter(Boolean).join(' · '); }
    return e.reason ? W.at(W.ADMIT_REASONS, e.reason) : '';
}

// How sure the clock is by which somebody out there said when; that it was wrong is said of the first thing, too.
const SURE = ['visit.arrived', 'visit.left', 'visit.signed', 'visit.paid', 'visit.taken', 'visit.returned'];
function sure(kind, of, told) {
    if (!of || (told && !SURE.includes(kind))) { return ''; }
    if (of.clock_wrong) { return fmt(_('the clock was wrong: it said %s'), moment(of.wall_ms)); }
    return SURE.includes(kind) && of.made_before_ms != null ? fmt(_('clock sure to ±%s'), span((of.made_before_ms - of.made_after_ms) / 2)) : '';
}

// Which fields an entry wrote. That a paper moved on goes without saying where more was written with it.
function written(r, e) {
    const names = (e.fields || []).filter((n, i, all) => n !== 'state' || all.length === 1);
    return names.map((n) => label(r.type === 'user' ? 'technician' : r.type, n)).filter(Boolean).join(_(', '));
}
function timeline(r) {
    const facts = new Map((r.visits_list || []).flatMap((v) => v.facts.map((f) => [f.entry, f])));
    const signed = new Map((r.visits_list || []).flatMap((v) => v.signatures.map((s) => [s.entry, s])));
    let told = false;
    return (r.history || []).map((e) => {
        const fact = facts.get(e.entry), s = signed.get(e.entry);
        const first = e === r.history[0] && e.kind === 'record.set';
        const to = saidOf(e);
        const says = to || first ? to : fact ? W.factWords(e.kind, fact.body, money, quantity) : s ? `${W.at(W.OUTCOMES, s.outcome)} ${s.number}` : written(r, e);
        const of = fact || s, ms = of && of.shown_ms ? of.shown_ms : e.wall_ms, clock = sure(e.kind, of, told);
        told = told || Boolean(of && of.clock_wrong);
        return { time: brief(ms), moment: moment(ms), what: says ? fmt(_('%1$s: %2$s'), W.kindWord(e.kind), says) : first && r.type === 'job' ? _('Registered') : W.kindWord(e.kind), who: [[W.roleWord(e.role), named(e.actor)].filter(Boolean).join(' '), clock].filter(Boolean).join(' · ') };
    });
}

// The file that the customer has, too: the same bytes.
const papersOf = (r, s) => [[N_('PDF, A4'), 'a4'], [N_('PDF, receipt of 80 mm'), '80mm']].map(([words, paper]) => ({ words: _(words), href: `/api/v1/jobs/${r.id}/report.pdf${query({ paper, visit: s.visit, version: s.version })}` }));
function signatures(r) {
    return (r.visits_list || []).flatMap((v) => v.signatures.map((s) => ({ ...s, visit: v.visit }))).filter((s) => s.stands).map((s) => ({
        title: fmt(_('Service report %1$s, version %2$s'), s.number, s.version), papers: papersOf(r, s), mark: s.not_covered ? '◐' : '●',
        words: [W.at(W.OUTCOMES, s.outcome), s.signer, W.outcomeWords(s), money(s.total_minor), moment(s.wall_ms),
            s.not_covered ? n_('%d entry came after the signature: not covered by it', '%d entries came after the signature: not covered by it', s.not_covered) : _('the signature covers the whole content')].filter(Boolean).join(' · '),
    }));
}

const line = (r) => ({
    href: `#/${TYPE_HOMES[r.type]}/${r.id}`,
    text: r.type === 'job' ? [r.code, r.fields.fault_told].filter(Boolean).join(' · ') : titleOf(r),
    more: [W.stateWord(r.type, r.state), r.type === 'equipment' ? r.fields.model : '', r.type === 'job' ? brief(r.time_ms) : ''].filter(Boolean).join(' · '),
});
function related(r) {
    const groups = [];
    const all = (page) => (r.type === 'customer' ? [{ href: `#/${page}${query({ customer: r.code || r.id })}`, text: _('All of them in the register') }] : []);
    const of = (title, rows, page) => { if (rows && rows.length) { groups.push({ title, rows: [...rows.map(line), ...all(page)] }); } };
    const file = r.file || [];
    of(_('Equipment'), file.filter((x) => x.type === 'equipment'), 'equipment');
    of(_('Maintenance contracts'), file.filter((x) => x.type === 'contract'), 'contracts');
    of(_('Calls'), file.filter((x) => x.type === 'job'), 'calls');
    of(_('Goods'), r.goods && r.goods.length ? r.goods : file.filter((x) => x.type === 'goods'), 'goods');
    return groups;
}

// When a handheld was heard of, the newest first.
function contacts(r) {
    if (r.type !== 'device' || !(r.contacts || []).length) { return null; }
    return {
        title: _('Last contacts'),
        rows: r.contacts.map((c) => ({
            time: brief(c.at_ms), moment: moment(c.at_ms), what: c.brought ? n_('%d new entry', '%d new entries', c.brought) : _('Nothing new'),
            more: c.unsent ? n_('%d more entry to come', '%d more entries to come', c.unsent) : '',
        })),
    };
}

// Work of a revoked handheld that does not count: by name, and ticked by name.
function late(r, me) {
    if (!r.late || !r.late.length) { return null; }
    return {
        title: n_('%d entry is set aside', '%d entries are set aside', r.late.length), more: r.more ? _('These are the oldest: what follows is shown when they count.') : '',
        may: actionsOf(r, me).some((a) => a.name === 'admit'),
        rows: r.late.map((e) => ({
            entry: e.entry, what: [`${e.sequence}.`, e.kind ? W.kindWord(e.kind) : _('Made by a newer version')].join(' '),
            of: [e.type && _(W.TYPES[e.type] || e.type), e.subject.code || e.subject.name || e.subject.id.slice(0, 8)].filter(Boolean).join(' '),
            by: fmt(_('claims %1$s · %2$s'), moment(e.claimed_ms), W.lateWord(e.why)),
        })),
    };
}

function conflicts(r, me) {
    const may = ['clerk', 'supervisor', 'service department', 'administrator'].includes(me.role);
    return Object.entries(r.values || {}).filter(([, v]) => v.conflict || v.writes.some((w) => w.proposal)).map(([name, v]) => ({
        field: name, label: v.conflict ? fmt(_('Conflict: %s'), label(r.type, name)) : fmt(_('Proposed: %s'), label(r.type, name)),
        values: v.writes.map((w) => {
            const value = show((FIELDS[r.type] || {})[name], w.value);
            return { value, by: [named(w.actor) || _('a handheld'), moment(w.time_ms), w.proposal ? _('proposed') : ''].filter(Boolean).join(' · '), settle: may, field: name, entry: w.entry, word: _('This one is right'), aria: `${_('This one is right')}: ${value}` };
        }),
    }));
}

// The limit that counts stands beside the name; all of them below.
function deadlines(r) {
    return (r.deadlines || []).map((d) => ({ label: _(W.DEADLINES[d.kind]), text: d.met ? fmt(_('met %s'), moment(d.met_ms)) : `${moment(d.due_ms)} · ${limit(d.left_minutes)}`, cls: d.met ? 'done' : d.left_minutes < 0 ? 'late' : '' }));
}

function summary(r) {
    const zone = r.fields.zone ? W.at(W.ZONES, r.fields.zone) : '';
    const parts = r.type === 'job' ? [r.class ? _(W.CLASSES[r.class]).slice(2) : _('Class not decided yet'), W.stateWord(r.type, r.state), named(r.technician), zone] : [_(W.TYPES[r.type]), W.stateWord(r.type, r.state)];
    if (r.type === 'job' && r.fields.provisional) { parts.push(fmt(_('taken by the technician as %s'), r.fields.provisional)); }
    if (r.cash_owed_minor) { parts.push(fmt(_('cash in hand %s'), money(r.cash_owed_minor))); }
    return parts.filter(Boolean).join(' · ');
}

const reopened = (r) => { const v = (r.visits_list || []).filter((x) => x.signatures.length).pop(); return v && !v.signatures[v.signatures.length - 1].stands; };
function warnings(r) {
    return [reopened(r) && _('The report was reopened: it counts as unsigned until a new version is signed.'), r.help && (r.type === 'job' ? _('The technician asks for help.') : _('Help is asked with this repair.')), r.type === 'job' && r.fields.proposed > 0 && _('A technician took this call. Who or what is new in it waits to be put on file.'), r.handover && _('The technician asks to hand it over.'), r.left_over && _('Left over from an earlier day: first.'),
        r.returned_twice && _('Two handhelds brought the same goods back. Both signatures are kept; the customer pays once.'), r.late_unhelped && _('Past its planned time, and no help was asked for (B-18.14).'), r.fields.forked && _('Its journal has forked: two handhelds write under one key.')].filter(Boolean);
}

export const view = (r, me, back, sees) => ({
    job: r.type === 'job', title: titleOf(r), summary: summary(r), box: r.type === 'job' ? W.CLASS_LETTERS[r.class] || '–' : '', back,
    due: r.left_minutes == null ? null : { text: limit(r.left_minutes), cls: r.late ? 'late' : r.left_minutes <= 90 ? 'soon' : '' },
    warnings: warnings(r), barred: barredOf(r, me), actions: actionsOf(r, me).map((a) => ({ name: a.name, label: _(a.label), cls: a.danger ? 'danger' : a.primary && a.primary(r) ? 'primary' : '' })),
    late: late(r, me), conflicts: conflicts(r, me), signatures: signatures(r), deadlines: deadlines(r), fields: fields(r, sees), related: related(r), timeline: timeline(r), contacts: contacts(r),
    words: { close: _('Back to the list'), history: _('History'), deadlines: _('Deadlines') },
});

// Shows a record in `aside`; answers it, or undefined when another was asked for meanwhile.
// done(page, id): something was written. sees(page): may this login go there? still(): is the answer wanted?
export async function showRecord(aside, { page, id, rows, me, sees, back, done, still }) {
    let record;
    try {
        record = await load(page, id, rows);
        await unpressed();
        if (!still()) { return undefined; }
    } catch (e) {
        if (!still()) { return undefined; }
        if (e.status === 401) { return null; }
        if (aside.dataset.id === id && (!e.status || e.status >= 429)) { throw e; } // what is read stays there
        aside.textContent = e.message;
        delete aside.dataset.id;
        return null;
    }
    if (!record) { return null; }
    Object.assign(aside.dataset, { id, type: record.type });
    draw(aside, DETAIL, view(record, me, back, sees), { timeline: TIMELINE });
    aside.onclick = async (e) => {
        const button = e.target.closest('button[data-do]');
        if (!button) { return; }
        if (button.dataset.do === 'act') {
            act(record, actionsOf(record, me).find((a) => a.name === button.dataset.act), done, print);
        } else if (button.dataset.do === 'settle') {
            try {
                await call('POST', '/conflicts', { type: record.type, id: record.id, field: button.dataset.field, entry: button.dataset.entry });
                say(_('Done.'));
                done();
            } catch (problem) { say(problem.message); }
        }
    };
    return record;
}

