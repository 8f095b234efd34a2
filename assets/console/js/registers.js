// The registers: one row each. A page is drawn from its row; nothing else knows a register by name.
import { _, fmt, N_, brief, moment, day, money, quantity, limit } from './i18n.js';
import { CLASS_LETTERS, CLASSES, stateWord, roleWord, oddWord, HELP_STATES, TYPES } from './words.js';
import { label, named } from './fields.js';

// ---- columns: {label, text, and one of cls, box, href; sort: by which of the server's sorts its head sorts} ------------------------------------------
const col = (name, text, more) => ({ label: name, text, ...more });
const number = col(N_('Number'), (r) => r.code || r.fields.provisional || r.id.slice(0, 8), { link: true, cls: 'short', title: (r) => r.fields.provisional || '', sort: 'number' });
const named_ = (name, get, more) => col(name, (r) => named(get(r)), more);
// A brief one stands without its label where a row is a card.
const when = (name, get) => col(name, (r) => brief(get(r)), { title: (r) => moment(get(r)), cls: 'time' });
const called = { ...when(N_('Called'), (r) => r.time_ms), cls: 'time short', sort: 'time' };
const state = col(N_('State'), (r) => stateWord(r.type, r.state), { cls: 'state', sort: 'state' });
const branch = col(N_('Branch'), (r) => r.branch || '', { cls: 'low', sort: 'branch' });
const klass = col(N_('Class'), (r) => CLASS_LETTERS[r.class] || '–', { box: true, cls: 'short', sort: 'class', title: (r) => (r.class ? _(CLASSES[r.class]) : _('Class not decided yet')) });
const customer = col(N_('Customer and equipment'), (r) => [named(r.fields.customer), named(r.fields.equipment)].filter(Boolean).join(' · '), { cls: 'wide' });
const fault = col(N_('Fault'), (r) => r.fields.fault_told, { cls: 'wide' });
const technician = named_(N_('Technician'), (r) => r.technician || r.fields.technician, { sort: 'technician' });
const due = col(N_('Deadline'), (r) => (r.left_minutes == null ? '' : limit(r.left_minutes)), {
    title: (r) => moment(r.due_ms), sort: 'due', cls: (r) => `due ${r.late ? 'late' : r.left_minutes != null && r.left_minutes <= 90 ? 'soon' : ''}`,
});
const plain = (type, name, show, more) => ({ get label() { return label(type, name); }, text: (r) => (r.fields[name] == null ? '' : show ? show(r.fields[name]) : r.fields[name]), ...more });
const call = named_(N_('Call'), (r) => r.fields.job);

const PROPOSED = { part: N_('Part'), fault: N_('Fault'), equipment: N_('Equipment'), customer: N_('Customer') };

// Whether a help request is answered, the word and its urgency.
const helped = col(N_('Help request'), (r) => (r.help_request ? _(HELP_STATES[r.help_request.state]) : ''), { cls: (r) => (r.help ? 'due late' : '') });
const JOB_COLUMNS = [called, number, klass, customer, fault, technician, state, due];

export const REGISTERS = {
    calls: { title: N_('Call register'), type: 'job', columns: JOB_COLUMNS, count: (d) => d.today, counted: N_('Calls today'), tiles: true, fresh: 'call', empty: N_('No calls here.') },
    help: { title: N_('Help requests'), type: 'job', columns: [...JOB_COLUMNS, helped], count: (d) => d.help, hot: true, empty: N_('Nobody asks for help.') },
    handovers: { title: N_('To hand over'), type: 'job', columns: JOB_COLUMNS, count: (d) => d.handovers, hot: true, empty: N_('Nobody wants to hand a call over.') },
    proposals: {
        title: N_('Proposals for the catalogue'), short: N_('Proposals'), type: 'job',
        columns: [number, col(N_('What is proposed'), (r) => (r.proposals || []).map((x) => fmt(_('%1$s: %2$s'), _(PROPOSED[x.what]), x.words || '–')).join(' · '), { cls: 'wide' }), technician, state],
        empty: N_('Nobody proposes anything. What a technician records in words stands here until its call is struck off.'),
    },
    goods: {
        title: N_('Goods register'), short: N_('Goods in and out'), type: 'goods', fresh: 'goods', count: (d) => d.goods_open, counted: N_('Open goods receipts'),
        columns: [{ ...when(N_('Came in'), (r) => r.time_ms), sort: 'time' }, col(N_('Goods receipt'), (r) => r.fields.receipt || r.id.slice(0, 8), { link: true, sort: 'number' }), named_(N_('Customer'), (r) => r.fields.customer), plain('goods', 'what', null, { cls: 'wide' }), plain('goods', 'shelf'), state,
            col(N_('Planned for'), (r) => brief(r.fields.due), { cls: (r) => (r.late_unhelped ? 'due late' : 'time'), sort: 'due' })],
        empty: N_('No goods of customers are here.'),
    },
    cards: { // of what is in the workshop: what is still with the technician has no card yet, what went out has done with it
        title: N_('Repair cards'), source: 'goods', type: 'goods', only: 'workshop', count: (d) => d.late_unhelped, counted: N_('Late repairs without help'), hot: true,
        columns: [col(N_('Goods receipt'), (r) => r.fields.receipt || r.id.slice(0, 8), { link: true, sort: 'number' }), plain('goods', 'what', null, { cls: 'wide' }), named_(N_('Repaired by'), (r) => r.fields.repairer), plain('goods', 'minutes', null, { cls: 'num' }), state, named_(N_('Inspected by'), (r) => r.fields.inspector),
            col(N_('Planned for'), (r) => brief(r.fields.due), { cls: (r) => (r.late_unhelped ? 'due late' : 'time'), sort: 'due' }), helped],
        empty: N_('Nothing is under repair.'),
    },
    vouchers: { title: N_('Service vouchers'), type: 'job', columns: [called, number, klass, customer, technician, col(N_('Cash in hand'), (r) => (r.cash_owed_minor ? money(r.cash_owed_minor) : ''), { cls: 'num' })], count: (d) => d.unreturned_vouchers, empty: N_('No voucher is out: all are struck off.') },
    archive: { title: N_('Archive of vouchers'), type: 'job', columns: [called, number, klass, customer, fault, technician], empty: N_('Nothing is in the archive yet.') },
    cash: { title: N_('Cash in hand'), type: 'job', columns: [called, number, technician, state, col(N_('Amount'), (r) => money(r.cash_owed_minor), { cls: 'num' })], count: (d) => d.cash_jobs, empty: N_('No cash is out.') },
    invoices: { title: N_('Invoices'), type: 'invoice', columns: [{ ...when(N_('Issued on'), (r) => r.time_ms), sort: 'time' }, number, call, plain('invoice', 'amount', money, { cls: 'num' }), state], fresh: 'invoice', empty: N_('No invoice yet.') },
    slips: { title: N_('Issue slips'), type: 'slip', columns: [{ ...when(N_('Proposed on'), (r) => r.time_ms), sort: 'time' }, number, technician, plain('slip', 'part'), plain('slip', 'quantity', quantity, { cls: 'num' }), state, plain('slip', 'old', quantity, { cls: 'num' })], fresh: 'slip', empty: N_('No slips. They are proposed here or from a call.') },
    stock: { title: N_('Van stock'), type: 'stock', columns: [col(N_('Part'), (r) => r.fields.part || r.id.slice(0, 8), { link: true, sort: 'number' }), technician, plain('stock', 'quantity', quantity, { cls: 'num' })], fresh: 'stock', empty: N_('No parts in the vans.') },
    days: { title: N_('Daily reports'), type: 'day', columns: [col(N_('Day'), (r) => day(r.fields.day || r.time_ms), { link: true, cls: 'time', sort: 'time' }), technician, ...['a', 'b', 'c', 'd'].map((k) => plain('day', k, null, { cls: 'num' })), state], fresh: 'day', empty: N_('No daily report yet.') },
    customers: { title: N_('Customers\' files'), type: 'customer', columns: [number, plain('customer', 'name', null, { cls: 'wide' }), plain('customer', 'phone'), plain('customer', 'address', null, { cls: 'wide low' }), branch], fresh: 'customer', empty: N_('No customers on file.') },
    equipment: { title: N_('Equipment'), type: 'equipment', columns: [number, plain('equipment', 'name', null, { cls: 'wide' }), plain('equipment', 'model'), plain('equipment', 'serial', null, { cls: 'low' }), named_(N_('Customer'), (r) => r.fields.customer, { cls: 'wide' }), plain('equipment', 'warranty_until', day, { cls: 'time', sort: 'time' })], fresh: 'equipment', empty: N_('No equipment on file.') },
    contracts: { title: N_('Maintenance contracts'), type: 'contract', columns: [col(N_('Number'), (r) => r.fields.number || r.code || '', { link: true, sort: 'number' }), named_(N_('Customer'), (r) => r.fields.customer, { cls: 'wide' }), plain('contract', 'start', day, { cls: 'time' }), plain('contract', 'end', day, { cls: 'time', sort: 'time' })], fresh: 'contract', empty: N_('No contracts on file.') },
    people: { title: N_('People'), type: 'technician', columns: [number, plain('technician', 'name'), plain('technician', 'role', roleWord), plain('technician', 'phone'), branch], empty: N_('Nobody is on file.') },
    conflicts: { title: N_('Conflicts'), type: 'job', plain: true, columns: [col(N_('What'), (r) => _(TYPES[r.type]), {}), number, col(N_('Field'), (r) => Object.entries(r.values || {}).filter(([, v]) => v.conflict || v.writes.some((w) => w.proposal)).map(([k]) => label(r.type, k)).join(', '), { cls: 'wide' }), branch], count: (d) => d.conflicts, hot: true, empty: N_('No conflicts.') },
    devices: { title: N_('Enrolled handhelds'), type: 'device', plain: true, columns: [number, technician, { ...when(N_('Last contact'), (r) => r.time_ms), sort: 'time' }, plain('device', 'entries', null, { cls: 'num' }), plain('device', 'unsent', null, { cls: 'num' }), state], fresh: 'enrol', count: (d) => d.devices_silent.length, counted: N_('Silent handhelds'), hot: true, empty: N_('No handheld has joined yet. Each needs an enrolment code.') },
    quarantine: { title: N_('Set aside'), type: 'quarantine', plain: true, columns: [{ ...when(N_('Came in'), (r) => r.time_ms), sort: 'time' }, col(N_('Number'), (r) => r.id.slice(0, 12), { link: true, sort: 'number' }), plain('quarantine', 'bytes', null, { cls: 'num' }), plain('quarantine', 'reason', oddWord, { cls: 'wide' }), technician, state], count: (d) => d.withheld, counted: N_('Shown by customers, not held here'), hot: true, empty: N_('Everything that came in could be read.') },
    editions: { title: N_('Catalogue'), type: 'edition', plain: true, columns: [plain('edition', 'number', null, { link: true, sort: 'number' }), { ...when(N_('Published on'), (r) => r.time_ms), sort: 'time' }, named_(N_('Published by'), (r) => r.fields.by), state], fresh: 'edition', empty: N_('No catalogue has been published yet.') },
    users: { title: N_('Logins'), type: 'user', plain: true, columns: [{ ...number, label: N_('Login') }, col(N_('Name'), (r) => r.fields.name), col(N_('Role'), (r) => roleWord(r.fields.role)), branch, { ...when(N_('Changed'), (r) => r.time_ms), sort: 'time' }, state], fresh: 'user', empty: N_('No logins.') },
    tokens: { title: N_('Access tokens'), type: 'token', plain: true, columns: [{ ...number, label: N_('What it is for') }, col(N_('Login'), (r) => r.fields.login), col(N_('Scopes'), (r) => r.fields.scopes, { cls: 'wide' }), col(N_('Until'), (r) => (r.time_ms ? day(r.time_ms) : ''), { cls: 'time', sort: 'time' }), state], fresh: 'token', empty: N_('No other program has access.') },
};
export const source = (name) => (REGISTERS[name].source || name);

// The side bar. A page without a row above has a module of its own.
export const PAGES = { dashboard: N_('Overview'), board: N_('Dispatch board'), search: N_('Search') };
export const GROUPS = [
    { title: N_('Today'), pages: ['dashboard', 'calls', 'board', 'help', 'handovers', 'goods'] },
    { title: N_('Papers'), pages: ['vouchers', 'archive', 'cards', 'cash', 'invoices', 'slips', 'stock', 'days'] },
    { title: N_('Customers'), pages: ['customers', 'equipment', 'contracts'] },
    { title: N_('System'), pages: ['conflicts', 'quarantine', 'devices', 'editions', 'proposals', 'people', 'users', 'tokens'] },
];
export const title = (page) => _(PAGES[page] || REGISTERS[page].title);
export const short = (page) => _((REGISTERS[page] || {}).short || PAGES[page] || REGISTERS[page].title);
