// Fields of records: label, kind, how a value is shown, how a form takes it. One row a field.
import { _, N_, moment, day, money, quantity } from './i18n.js';
import * as W from './words.js';

const text = (label) => ({ label, kind: 'text' });
const long = (label) => ({ label, kind: 'long' });
const code = (label) => ({ label, kind: 'code' });
const time = (label) => ({ label, kind: 'time' });
const date = (label) => ({ label, kind: 'date' });
const until = (label) => ({ label, kind: 'date', last: true });
const number = (label) => ({ label, kind: 'number' });
const qty = (label) => ({ label, kind: 'qty' });
const sum = (label) => ({ label, kind: 'money' });
const choice = (label, list) => ({ label, kind: 'choice', list });
const ref = (label, of) => ({ label, kind: 'ref', of });
const note = long(N_('Note'));

export const FIELDS = {
    customer: {
        name: text(N_('Name of the customer')), phone: text(N_('Phone')), address: long(N_('Address')), zone: choice(N_('Zone'), W.ZONES),
        language: choice(N_('Language'), W.LANGUAGES), email: text(N_('E-mail')), note,
    },
    equipment: {
        customer: ref(N_('Customer'), 'customer'), name: text(N_('Equipment')), maker: text(N_('Maker')), model: text(N_('Model')),
        serial: code(N_('Serial')), bought: date(N_('Bought')), warranty_until: until(N_('Warranty until')),
        place: text(N_('Where it stands')), note,
    },
    contract: {
        number: code(N_('Number of the contract')), customer: ref(N_('Customer'), 'customer'), equipment: ref(N_('Equipment'), 'equipment'),
        start: date(N_('From')), end: until(N_('Until')), terms: long(N_('Terms')), note,
    },
    technician: { name: text(N_('Name')), role: { label: N_('Role'), kind: 'role' }, phone: text(N_('Phone')), position: choice(N_('Position on arrival'), W.POSITIONS), note },
    stock: { technician: ref(N_('Technician'), 'technician'), part: code(N_('Part')), quantity: qty(N_('Quantity')), note },
    job: {
        customer: ref(N_('Customer'), 'customer'), equipment: ref(N_('Equipment'), 'equipment'), fault_told: long(N_('Fault as told')),
        called: time(N_('Called')), channel: choice(N_('Came by'), W.CHANNELS), zone: choice(N_('Zone'), W.ZONES),
        appointment: time(N_('Appointment')), priority: choice(N_('Priority'), W.PRIORITIES), contact: text(N_('Contact')),
        phone: text(N_('Phone')), class_proposed: choice(N_('Class, as proposed'), W.CLASSES), cost: sum(N_('Cost')),
        technician: ref(N_('Technician'), 'technician'), // to whom it is given: no field of the record, but of forms
        work_kind: code(N_('Kind of work')), provisional: code(N_('Provisional number')), proposed: choice(N_('New with this call'), W.NEW_WITH), note,
    },
    goods: {
        job: ref(N_('Call'), 'job'), customer: ref(N_('Customer'), 'customer'), what: long(N_('What it is')),
        receipt: code(N_('Goods receipt')), acknowledged: choice(N_('Taking away'), W.YES), technician: ref(N_('Taken by'), 'technician'),
        in: time(N_('Came in')), due: time(N_('Planned for')), shelf: code(N_('Shelf')), repairer: ref(N_('Repaired by'), 'technician'),
        minutes: number(N_('Minutes of repair')), inspector: ref(N_('Inspected by'), 'technician'), out: time(N_('Went out')),
        signed_back: time(N_('Customer signed for it')), help: time(N_('Help was asked')), note,
    },
    slip: {
        technician: ref(N_('Technician'), 'technician'), part: code(N_('Part')), quantity: qty(N_('Quantity')), job: ref(N_('Call'), 'job'),
        at: time(N_('Proposed on')), approved_by: ref(N_('Approved by'), 'technician'), issued_by: ref(N_('Issued by'), 'technician'),
        old: qty(N_('Old parts returned')), unused: qty(N_('Returned unused')), note,
    },
    day: {
        technician: ref(N_('Technician'), 'technician'), day: date(N_('Day')), a: number(N_('Minutes, class A')), b: number(N_('Minutes, class B')),
        c: number(N_('Minutes, class C')), d: number(N_('Minutes, class D')), reviewed_by: ref(N_('Reviewed by'), 'technician'),
        signed_by: ref(N_('Signed by'), 'technician'), version: number(N_('Version of the report')), lines: long(N_('Lines')), note,
    },
    invoice: {
        job: ref(N_('Call'), 'job'), customer: ref(N_('Customer'), 'customer'), amount: sum(N_('Amount')), at: time(N_('Issued on')), by: ref(N_('Issued by'), 'technician'), note,
    },
    device: {
        role: { label: N_('Role'), kind: 'role' }, entries: number(N_('Entries at headquarters')),
        unsent: number(N_('Entries it had not sent')), waiting: number(N_('Waiting for it')),
        outbox: number(N_('Number of the last thing sent to it')), joined_ms: time(N_('Joined on')), forked: { label: N_('Journal forked'), kind: 'flag' },
    },
    edition: { number: number(N_('Edition')), by: ref(N_('Published by'), 'technician') },
    quarantine: { reason: { label: N_('Reason'), kind: 'odd' }, bytes: number(N_('Bytes')), author: text(N_('Journal')), tries: number(N_('Times it came')), last_ms: { label: N_('Last time'), kind: 'time' } },
};
export const COMMON = { code: code(N_('Number')), branch: text(N_('Branch')), ...{ state: { label: N_('State'), kind: 'hidden' } } };
export const field = (type, name) => (FIELDS[type] || {})[name] || COMMON[name];
export const label = (type, name) => { const f = field(type, name); return f ? _(f.label) : name; };

export const TYPE_PATHS = {
    job: 'jobs', customer: 'customers', equipment: 'equipment', contract: 'contracts', technician: 'people', stock: 'stock',
    goods: 'goods', slip: 'slips', day: 'days', invoice: 'invoices',
};
// The register in which a type's records are at home.
export const TYPE_HOMES = { ...TYPE_PATHS, job: 'calls' };

export const named = (v) => (v ? v.name || v.code || '' : '');

export function show(f, v) {
    if (v == null || v === '') { return ''; }
    switch (f ? f.kind : '') {
    case 'time': return moment(v);
    case 'date': return day(v);
    case 'money': return money(v);
    case 'qty': return quantity(v);
    case 'choice': return f.list[v] ? _(f.list[v]) : String(v);
    case 'role': return W.roleWord(v);
    case 'odd': return W.oddWord(v);
    case 'flag': return v ? _('Yes') : _('No');
    case 'ref': return typeof v === 'object' ? [v.code, v.name].filter(Boolean).join(' · ') : String(v);
    default: return typeof v === 'object' ? named(v) : String(v);
    }
}

// ---- forms -------------------------------------------------------------------------------------
const local = (ms) => moment(ms).replace(' ', 'T');
export function toInput(f, v) {
    if (v == null) { return ''; }
    switch (f.kind) {
    case 'time': return local(v);
    case 'date': return day(v);
    case 'money': return (v / 100).toFixed(2);
    case 'qty': return quantity(v);
    case 'ref': return typeof v === 'object' ? v.code || v.id : v;
    default: return String(v);
    }
}
// What a form's text is to the API; throws a sentence.
export function fromInput(f, s) {
    const n = Number(s);
    switch (f.kind) {
    case 'time':
    case 'date': {
        const ms = new Date(f.kind === 'time' ? s : `${s}T${f.last ? '23:59:59' : '00:00:00'}`).getTime();
        if (Number.isNaN(ms)) { throw new Error(_('A time is like 2026-11-21 10:46.')); }
        return ms;
    }
    case 'money':
        if (!/^\d{1,9}(\.\d{1,2})?$/.test(s)) { throw new Error(_('An amount is like 120.00.')); }
        return Math.round(n * 100);
    case 'qty':
        if (!/^\d{1,7}(\.\d{1,3})?$/.test(s)) { throw new Error(_('A quantity is like 2 or 0.5.')); }
        return Math.round(n * 1000);
    case 'number':
    case 'choice':
        if (!/^\d{1,9}$/.test(s)) { throw new Error(_('This is a whole number.')); }
        return n;
    case 'code':
        if (!/^[ -~]{1,64}$/.test(s)) { throw new Error(_('Letters, digits and signs only.')); }
        return s;
    default:
        return s;
    }
}
