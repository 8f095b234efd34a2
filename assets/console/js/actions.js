// What may be done with a record, by role and state: one row each. The server decides; a button that
// it would refuse is only left out.
import { _, N_, fmt, moment, money, quantity, byName } from './i18n.js';
import { call, rowsOf } from './api.js';
import { FIELDS, TYPE_PATHS, toInput, named } from './fields.js';
import { ask } from './forms.js';
import { hoursOf, hoursWords } from './hours.js';
import { say } from './view.js';
import * as W from './words.js';

const OPEN = ['registered', 'dispatched', 'accepted', 'on_site', 'waiting'];
const CLERK = ['clerk', 'supervisor'];
const path = (r) => `/${TYPE_PATHS[r.type]}/${r.id}`;
const given = (v) => ({ fields: v });
const f = (type, name, more) => ({ type, name, ...more });
const must = (type, name, more) => ({ type, name, required: true, ...more });

const step = (type, name, words, roles, states, fields = [], more = {}) =>
    ({ name, label: words, roles, states, fields: fields.map((x) => ({ ...x, type })), send: (r, v) => call('POST', `${path(r)}/${name}`, given(v)), ...more });
const edit = (roles, names, states) => ({ name: 'edit', label: N_('Edit'), key: 'e', roles, states, edit: names });

// Two who dispatch one call: the second sees to whom the first gave it before he gives it to another.
const holder = (r) => (r.technician ? r.technician.id : '');
const assign = (r, code, seen) => call('POST', `${path(r)}/assign`, { technician: code || '', seen });
export const give = (r, code) => assign(r, code, holder(r));

// What a revocation set aside: ticked one by one in the record, so that none counts unseen.
const ticked = () => [...document.querySelectorAll('#detail .set-aside input:checked')].map((i) => i.value);
const admit = {
    name: 'admit', label: N_('Let it count'), roles: ['supervisor', 'administrator'], when: (r) => r.late && r.late.length > 0,
    fields: [{ name: 'reason', label: N_('Reason'), kind: 'choice', list: W.ADMIT_REASONS, required: true }],
    text: N_('What is ticked counts from now on, under your name, and goes to everybody whose work it concerns. It cannot be set aside again.'),
    ready: () => (ticked().length ? '' : N_('Tick what shall count first.')),
    send: (r, v) => call('POST', `/devices/${r.id}/late`, { entries: ticked().slice(0, 256), reason: v.reason }),
};

// Why a step that is due cannot be taken yet: a sentence, in the order in which the server asks. Without one the step
// is offered.
const cashOut = (r) => (r.cash_owed_minor > 0 ? fmt(_('The cash of this call has not been handed in: %s.'), money(r.cash_owed_minor)) : '');
const goodsHere = (r) => {
    const open = (r.goods || []).filter((g) => g.state !== 'voided');
    return open.length ? fmt(_('A thing of this customer is still here, its receipt is open: %s.'), open.map((g) => g.fields.receipt || g.id.slice(0, 8)).join(', ')) : '';
};
const is = (v, me) => Boolean(v && v.id && v.id === me.person);
const repairedIt = (r, me) => (is(r.fields.repairer, me) ? _(W.RULES.repairer_is_inspector) : '');
const usesIt = (r, me) => (is(r.technician || r.fields.technician, me) ? _(W.RULES.user_is_keeper) : '');
const collectedIt = (r, me) => ((r.visits_list || []).some((v) => is(v.technician, me) && v.cash_paid_minor > 0) ? _(W.RULES.collector_is_invoicer) : '');

// A help request is answered. What was asked stands in the form; a second answer is given knowing of the first.
const asksFor = (r) => {
    const fact = (r.visits_list || []).flatMap((v) => v.facts).find((x) => x.entry === r.help_request.entry);
    return fact ? fmt(_('%1$s: %2$s'), _('Help request'), W.factWords(fact.kind, fact.body, money, String)) : _('Help is asked with this repair.');
};
const answer = {
    name: 'answer', label: N_('Answer'), roles: ['supervisor'], when: (r) => Boolean(r.help_request), primary: (r) => r.help, text: asksFor,
    fields: [
        { name: 'decision', label: N_('Decision'), kind: 'choice', list: W.HELP_DECISIONS, required: true },
        { name: 'person', label: N_('Who comes or takes over'), kind: 'ref', of: 'technician' },
        { name: 'when_ms', label: N_('When'), kind: 'time' },
        { name: 'words', label: N_('What to do'), kind: 'long', hint: N_('It goes to the handheld as it stands here. Who takes the call over is dispatched besides.') },
    ],
    send: (r, v) => call('POST', `${path(r)}/answer`, { asked: r.help_request.entry, seen: r.help_request.answer || '', ...v }),
};

export const ACTIONS = {
    job: [
        {
            name: 'assign', label: N_('Dispatch'), key: 'd', roles: ['supervisor'], states: OPEN, primary: (r) => r.state === 'registered' || r.handover,
            fields: [{ name: 'technician', label: N_('Technician'), kind: 'ref', of: 'technician', role: 'technician', nobody: N_('Nobody: take it back') }],
            value: { technician: (r) => (r.technician ? r.technician.code : '') },
            send: (r, v) => give(r, v.technician), watch: { name: 'technician', of: holder, is: (r) => r.technician },
            settle: (r, one) => (one.take === 'mine' ? assign(r, one.yours, one.standing ? one.standing.id : '') : null),
        },
        answer,
        { name: 'archive', label: N_('Strike off'), roles: ['clerk'], states: ['signed'], barred: [cashOut, goodsHere], primary: () => true, text: N_('The signed voucher is back. The call is struck off and filed.'), send: (r) => call('POST', `${path(r)}/archive`) },
        {
            name: 'cash', label: N_('Take the cash'), roles: ['accountant'], when: (r) => r.cash_owed_minor > 0, primary: () => true,
            fields: [{ name: 'amount', label: N_('Amount'), kind: 'money', required: true }], value: { amount: (r) => (r.cash_owed_minor / 100).toFixed(2) },
            send: (r, v) => call('POST', `${path(r)}/cash`, { amount: v.amount }),
        },
        {
            name: 'looked', label: N_('Put on file'), roles: CLERK, when: (r) => r.fields.proposed > 0, text: N_('You have looked at what is new with this call: customer and equipment are on file as they should be.'),
            send: (r) => call('PATCH', path(r), { fields: { proposed: 0 }, seen: { proposed: r.values.proposed.seen } }),
        },
        edit(CLERK, ['fault_told', 'contact', 'phone', 'appointment', 'priority', 'zone', 'channel', 'class_proposed', 'customer', 'equipment', 'note'], OPEN),
        { name: 'voucher', label: N_('Show the voucher'), roles: null, when: (r) => (r.visits_list || []).some((v) => v.signatures.length), print: true },
        {
            name: 'reopen', label: N_('Reopen the report'), danger: true, roles: ['supervisor'], states: ['signed'], text: N_('What was signed stays as it is. The report counts as unsigned until the customer signs a new version.'),
            fields: [{ name: 'reason', label: N_('Reason'), kind: 'choice', list: W.REOPEN_REASONS, required: true }], send: (r, v) => call('POST', `${path(r)}/reopen`, { reason: v.reason }),
        },
        { name: 'invoice', label: N_('Make out an invoice'), roles: ['accountant'], states: ['signed', 'archived'], barred: [collectedIt], fresh: 'invoice' },
        { name: 'goods', label: N_('Goods come in'), roles: CLERK, states: [...OPEN, 'signed'], fresh: 'goods' },
        { name: 'slip', label: N_('Propose parts'), roles: [...CLERK, 'parts keeper'], states: OPEN, fresh: 'slip' },
        {
            name: 'cancel', label: N_('Cancel the call'), keep: N_('Keep the call'), danger: true, roles: CLERK, states: OPEN,
            fields: [{ name: 'reason', label: N_('Reason'), kind: 'choice', list: W.CANCEL_REASONS, required: true }], send: (r, v) => call('POST', `${path(r)}/cancel`, { reason: v.reason }),
        },
    ],
    customer: [edit(CLERK, ['name', 'phone', 'address', 'zone', 'language', 'email', 'note']), { name: 'call', label: N_('Register a call'), roles: CLERK, fresh: 'call', primary: () => true }],
    equipment: [edit(CLERK, ['name', 'maker', 'model', 'serial', 'bought', 'warranty_until', 'place', 'note']), { name: 'call', label: N_('Register a call'), roles: CLERK, fresh: 'call', primary: () => true }],
    contract: [edit(CLERK, ['number', 'start', 'end', 'terms', 'note'])],
    technician: [edit(['administrator'], ['position', 'note'])],
    stock: [edit(['parts keeper'], ['quantity', 'note'])],
    goods: [
        step('goods', 'in', N_('Goods come in'), CLERK, ['taken'], [f('', 'shelf'), f('', 'due')], { primary: () => true }),
        step('goods', 'begin', N_('Begin the repair'), CLERK, ['in'], [must('', 'repairer', { role: 'technician' }), f('', 'due')], { primary: () => true }),
        step('goods', 'finish', N_('Repair is done'), CLERK, ['in_work'], [must('', 'minutes')], { primary: () => true }),
        step('goods', 'pass', N_('Passed inspection'), ['supervisor'], ['finished'], [], { primary: () => true, barred: [repairedIt], text: N_('You have inspected it, and it works.') }),
        step('goods', 'reject', N_('Send back to repair'), ['supervisor'], ['finished'], [], { barred: [repairedIt] }),
        step('goods', 'out', N_('Goods go back'), CLERK, ['passed'], [], { primary: () => true }),
        step('goods', 'void', N_('Void the receipt'), CLERK, ['out'], [must('', 'signed_back')], { primary: () => true, value: { signed_back: () => moment(Date.now()).replace(' ', 'T') } }),
        step('goods', 'help', N_('Ask for help'), CLERK, ['in', 'in_work'], [], { text: N_('It will be late. Help is asked for now.') }),
        answer,
        { name: 'receipt', label: N_('Print the receipt'), roles: null, print: 'goods' },
        { name: 'card', label: N_('Print the repair card'), roles: null, states: ['in', 'in_work', 'finished', 'passed', 'out', 'voided'], print: 'card' },
    ],
    slip: [
        step('slip', 'approve', N_('Approve'), ['supervisor', 'branch manager'], ['proposed'], [], { primary: () => true, barred: [usesIt] }),
        step('slip', 'refuse', N_('Refuse'), ['supervisor', 'branch manager'], ['proposed'], [], { barred: [usesIt] }),
        step('slip', 'issue', N_('Issue the parts'), ['parts keeper'], ['approved'], [], { primary: () => true, barred: [usesIt] }),
        step('slip', 'clear', N_('Clear the slip'), ['parts keeper'], ['issued'], [must('', 'old'), must('', 'unused')], { primary: () => true, barred: [usesIt], text: N_('What came back: old parts, and what was not used.') }),
        { name: 'paper', label: N_('Print the slip'), roles: null, print: true },
    ],
    day: [
        step('day', 'review', N_('Reviewed'), ['supervisor'], ['submitted'], [], { primary: () => true }),
        step('day', 'sign', N_('Sign'), ['branch manager'], ['reviewed'], [], { primary: () => true }),
        step('day', 'receive', N_('File it'), ['service department'], ['signed'], [], { primary: () => true }),
        { name: 'paper', label: N_('Print the report'), roles: null, print: true },
    ],
    invoice: [
        step('invoice', 'hand', N_('Handed to the customer'), ['accountant'], ['issued'], [], { primary: () => true }),
        step('invoice', 'mail', N_('Mailed to the customer'), ['accountant'], ['issued']),
        { name: 'paper', label: N_('Print the invoice'), roles: null, print: 'invoice' },
    ],
    edition: [{ name: 'file', label: N_('Save as a file'), roles: ['parts keeper', 'branch manager', 'service department', 'administrator'], send: null, link: (r) => `/api/v1/catalogue/${r.id}` }],
    device: [{ name: 'revoke', label: N_('Revoke'), danger: true, roles: ['supervisor', 'administrator'], states: ['active'],
        fields: [{ name: 'since', label: N_('Lost since'), kind: 'time', hint: N_('If it is known. What came in after that is set aside, too.') }], text: N_('It is shut out at once, and what it sends from now on is set aside. Work that it has not sent is lost to headquarters until it is admitted.'),
        send: (r, v) => call('POST', `/devices/${r.id}/revoke`, v.since ? { since_ms: v.since } : {}) }, admit],
    user: [
        { name: 'password', label: N_('New password'), roles: ['administrator'], fields: [{ name: 'new_password', label: N_('New password'), kind: 'password', required: true, auto: 'new-password', hint: N_('12 characters or more.') }], send: (r, v) => call('POST', `/users/${encodeURIComponent(r.id)}/password`, v) },
        { name: 'disable', label: N_('Shut the login'), danger: true, roles: ['administrator'], states: ['open'], text: N_('Whoever uses it is logged out at once.'), send: (r) => call('POST', `/users/${encodeURIComponent(r.id)}/disable`) },
        { name: 'enable', label: N_('Open the login'), roles: ['administrator'], states: ['shut'], send: (r) => call('POST', `/users/${encodeURIComponent(r.id)}/enable`) },
        { name: 'sessions', label: N_('End its sessions'), roles: ['administrator'], states: ['open'], text: N_('Whoever uses it is logged out at once, and may log in again.'), send: (r) => call('DELETE', `/users/${encodeURIComponent(r.id)}/sessions`) },
    ],
    quarantine: [{ name: 'settle', label: N_('Seen to'), roles: ['supervisor', 'service department', 'administrator'], states: ['kept', 'shown'], primary: () => true,
        fields: [{ name: 'reason', label: N_('Reason'), kind: 'choice', list: W.ITEM_REASONS, required: true }], text: N_('It stays here, with your name and the reason. If it comes again it is raised again.'),
        send: (r, v) => call('POST', `/quarantine/${r.id}/settle`, { reason: v.reason }) }],
    token: [{ name: 'end', label: N_('End its access'), danger: true, roles: ['administrator'], states: ['active', 'expired'], text: N_('The program that uses it is refused from now on.'), send: (r) => call('DELETE', `/tokens/${encodeURIComponent(r.id)}`) }],
};

const due = (record, me) => (ACTIONS[record.type] || []).filter((a) => (!a.roles || a.roles.includes(me.role)) &&
    (!a.states || a.states.includes(record.state)) && (!a.when || a.when(record)));
const whyNot = (a, record, me) => (a.barred || []).map((why) => why(record, me)).filter(Boolean);
export const actionsOf = (record, me) => due(record, me).filter((a) => !whyNot(a, record, me).length);
// What is due and not to be done yet, and why: "Strike off: the cash ...".
export const barredOf = (record, me) => due(record, me).flatMap((a) => whyNot(a, record, me).map((why) => fmt(_('%1$s: %2$s'), _(a.label), why)));

// ---- edit: what was seen goes along, what changed meanwhile is shown ------------------------------
function editForm(record, a, done) {
    const type = record.type;
    const seen = Object.fromEntries(Object.entries(record.values).map(([name, v]) => [name, v.seen]));
    const before = Object.fromEntries(a.edit.map((name) => [name, toInput(FIELDS[type][name], record.fields[name])]));
    let sent = {};
    const patch = async (fields, known) => {
        sent = fields;
        if (Object.keys(fields).length) {
            await call('PATCH', path(record), { fields, seen: Object.fromEntries(Object.keys(fields).map((n) => [n, known[n] || []])) });
            say(_('Saved.'));
        }
        done();
    };
    ask({
        title: fmt(_('Edit: %s'), titleOf(record)), go: _('Save'), type, fields: a.edit.map((name) => f(type, name, { value: before[name] })),
        watch: { id: record.id, path: path(record), seen },
        submit: (v, form) => patch(Object.fromEntries(Object.entries(v).filter(([name]) => form.elements[name].value.trim() !== before[name])), seen),
        // What was not in conflict comes along; what is left to the other's value is left out.
        settle: (list) => patch(Object.fromEntries(Object.entries(sent).filter(([name]) => !list.some((c) => c.name === name && c.take === 'theirs'))),
            { ...seen, ...Object.fromEntries(list.map((c) => [c.name, c.entries])) }),
    });
}

export function titleOf(r) {
    if (r.type === 'job') { return [named(r.fields.customer), named(r.fields.equipment)].filter(Boolean).join(' · ') || r.code; }
    if (r.type === 'day') { return `${_(W.TYPES.day)} ${toInput(FIELDS.day.day, r.fields.day)}`; }
    if (r.type === 'edition') { return fmt(_('Catalogue, edition %s'), r.fields.number || r.code || ''); }
    return r.fields.name || r.fields.receipt || r.fields.number || r.code || (r.fields.part ? `${r.fields.part}` : '') || `${_(W.TYPES[r.type])} ${r.id.slice(0, 8)}`;
}

// Whom or what a step is about, over the list that the dialog covers.
const aboutOf = (r) => [...new Set([
    titleOf(r), r.code, r.type === 'job' ? '' : named(r.technician || r.fields.technician), r.type === 'goods' ? r.fields.what : '',
    r.type === 'slip' ? [r.fields.part, r.fields.quantity ? `× ${quantity(r.fields.quantity)}` : ''].join(' ').trim() : '',
])].filter(Boolean).join(' · ');

export function act(record, a, done, print) {
    if (a.link) { location.assign(a.link(record)); return; } // a download: the page stays
    if (a.print) { print(record, a.print === true ? record.type : a.print); return; }
    if (a.edit) { editForm(record, a, done); return; }
    if (a.fresh) { fresh(a.fresh, done, record); return; }
    if (a.ready && a.ready(record)) { say(_(a.ready(record))); return; }
    ask({
        title: _(a.label), about: aboutOf(record), text: typeof a.text === 'function' ? a.text(record) : a.text && _(a.text), go: _(a.label), danger: a.danger, keep: a.keep && _(a.keep),
        fields: (a.fields || []).map((x) => ({ ...x, value: a.value && a.value[x.name] ? a.value[x.name](record) : toInputOf(record, x) })),
        type: record.type, watch: a.watch && { id: record.id, path: path(record), holds: a.watch, seen: a.watch.of(record) },
        settle: a.settle && (async ([one]) => { await a.settle(record, one); say(_('Done.')); done(); }),
        submit: async (v) => { await a.send(record, v); say(_('Done.')); done(); },
    });
}
const toInputOf = (record, x) => (x.type && record.fields[x.name] != null ? toInput(FIELDS[x.type][x.name], record.fields[x.name]) : '');

// ---- something new -------------------------------------------------------------------------------
const own = (name, words, kind, more) => ({ name, label: words, kind, ...more });
// The supervisor's daily report is what the technicians of his branch handed in that day, added up: by
// person and class. What he typed himself stays.
const MINUTES = ['a', 'b', 'c', 'd'];
async function daysOf(day) {
    const from = new Date(`${day}T00:00:00`).getTime();
    const rows = await rowsOf('days', { from, to: from + 86400000 });
    return byName(rows.filter((r) => r.fields.technician), (r) => named(r.fields.technician));
}
let compiling = 0;
async function compile(form) {
    const mine = ++compiling;
    const day = form.elements.technician.value ? '' : form.elements.day.value;
    let days = [], wrong = null;
    try { days = day ? await daysOf(day) : []; } catch (e) { wrong = e; }
    if (mine !== compiling || !form.isConnected) { return; }
    const put = (name, value) => { const input = form.elements[name]; if (!input.dataset.typed) { input.value = value; } };
    MINUTES.forEach((c) => put(c, days.length ? String(days.reduce((n, r) => n + (r.fields[c] || 0), 0)) : ''));
    put('lines', days.map((r) => [named(r.fields.technician), ...MINUTES.filter((c) => r.fields[c]).map((c) => `${c.toUpperCase()} ${r.fields[c]}`)].join(' ')).join('\n'));
    if (wrong) { throw wrong; } // nothing stands there that belongs to another day
}
const FRESH = {
    call: {
        label: N_('Register a call'), roles: CLERK, then: 'calls',
        fields: (r) => [
            own('customer', N_('Customer'), 'ref', { of: 'customer', broad: true, hint: N_('Name, phone or number. Leave it empty for a new customer.'), value: r && (r.type === 'customer' ? r.code : r.fields.customer && r.fields.customer.code) }),
            own('c_name', N_('Name of the new customer'), 'text'), own('c_phone', N_('Phone of the new customer'), 'text'), own('c_address', N_('Address of the new customer'), 'text', { broad: true }),
            own('equipment', N_('Equipment'), 'ref', { of: 'equipment', broad: true, value: r && r.type === 'equipment' ? r.code : '', hint: N_('Model, serial or number, when it is on file.') }),
            must('job', 'fault_told'), f('job', 'zone', { value: '1' }), f('job', 'channel', { value: '1' }), f('job', 'contact'), f('job', 'phone'), f('job', 'appointment'), f('job', 'priority', { value: '0' }), f('job', 'class_proposed'), f('job', 'note'),
        ],
        send: (v) => {
            const { customer, equipment, c_name: name, c_phone: phone, c_address: address, ...fields } = v;
            if (!customer && !name) { throw Object.assign(new Error(_('Say which customer, or the name of a new one.')), { field: 'customer' }); }
            const zone = fields.zone ? { zone: fields.zone } : {};
            return call('POST', '/calls', { fields, ...(equipment ? { equipment } : {}), ...(customer ? { customer } : { customer_new: { name, ...(phone ? { phone } : {}), ...(address ? { address } : {}), ...zone } }) });
        },
    },
    customer: { label: N_('Add a customer'), roles: CLERK, then: 'customers', code: true, fields: () => [must('customer', 'name'), ...['phone', 'address', 'zone', 'language', 'email', 'note'].map((n) => f('customer', n))], url: '/customers' },
    equipment: { label: N_('Add equipment'), roles: CLERK, then: 'equipment', code: true, fields: () => [must('equipment', 'customer'), must('equipment', 'name'), ...['maker', 'model', 'serial', 'bought', 'warranty_until', 'place', 'note'].map((n) => f('equipment', n))], url: '/equipment' },
    contract: { label: N_('Add a contract'), roles: CLERK, then: 'contracts', code: true, fields: () => [must('contract', 'customer'), f('contract', 'equipment'), must('contract', 'number'), must('contract', 'start'), must('contract', 'end'), f('contract', 'terms')], url: '/contracts' },
    stock: { label: N_('Add to the van stock'), roles: ['parts keeper'], then: 'stock', fields: () => [must('stock', 'technician', { role: 'technician' }), must('stock', 'part'), must('stock', 'quantity')], url: '/stock' },
    goods: { label: N_('Goods come in'), roles: CLERK, then: 'goods', fields: (r) => [must('goods', 'job', { value: r && r.code }), must('goods', 'what'), must('goods', 'receipt'), must('goods', 'acknowledged', { value: '1' }), f('goods', 'technician', { role: 'technician' }), f('goods', 'shelf'), f('goods', 'due'), f('goods', 'note')], url: '/goods' },
    slip: { label: N_('Propose parts'), roles: [...CLERK, 'parts keeper'], then: 'slips', code: true, fields: (r) => [must('slip', 'technician', { role: 'technician', value: r && r.technician ? r.technician.code : '' }), must('slip', 'part'), must('slip', 'quantity'), f('slip', 'job', { value: r && r.code }), f('slip', 'note')], url: '/slips' },
    day: { label: N_('Hand in a daily report'), roles: ['supervisor'], then: 'days', fields: () => [must('day', 'day', { value: toInput(FIELDS.day.day, Date.now()) }), f('day', 'technician', { role: 'technician', nobody: N_('My own, as supervisor') }), ...[...MINUTES, 'lines', 'note'].map((n) => f('day', n))], url: '/days', live: compile, text: N_('Your own is added up from those that the technicians handed in for the day.') },
    invoice: { label: N_('Make out an invoice'), roles: ['accountant'], then: 'invoices', code: true, codeMust: true, fields: (r) => [must('invoice', 'job', { value: r && r.code }), must('invoice', 'amount', { value: r ? invoiced(r) : '' }), f('invoice', 'note')], url: '/invoices' },
    user: {
        label: N_('Add a login'), roles: ['administrator'], then: 'users',
        fields: () => [own('login', N_('Login'), 'code', { required: true }), own('name', N_('Name'), 'text', { required: true }), own('role', N_('Role'), 'role', { required: true }), own('branch', N_('Branch'), 'code', { hint: N_('Empty: all branches.') }), own('password', N_('Password'), 'password', { required: true, auto: 'new-password', hint: N_('12 characters or more.') })],
        send: (v) => call('POST', '/users', v),
    },
    token: {
        label: N_('Give a program access'), roles: ['administrator'], then: 'tokens',
        fields: () => [own('label', N_('What it is for'), 'code', { required: true }), own('login', N_('Acts as the login'), 'code', { required: true }), own('scopes', N_('Scopes'), 'text', { required: true, value: 'calls:read customers:read' }), own('days', N_('Days'), 'number', { value: '365' })],
        send: (v) => call('POST', '/tokens', v),
        shown: (out) => ({ title: _('The access token'), text: _('It is shown this once. Copy it now.'), secret: out.token || out.secret }),
    },
    enrol: {
        label: N_('Enrolment code'), roles: ['supervisor', 'administrator'], then: 'devices',
        fields: () => [own('technician', N_('Technician'), 'ref', { of: 'technician', required: true })],
        send: (v) => call('POST', '/devices/enrol', v),
        shown: (out) => ({ title: _('Enrolment code'), text: fmt(_('For one handheld, once, until %1$s. Scan it there, or type it; the address of headquarters is %2$s'), moment(out.until_ms), location.origin), secret: out.code.replace(/(.{4})(?=.)/g, '$1 '), qr: out.qr }),
    },
    edition: {
        label: N_('Publish a catalogue'), roles: ['parts keeper', 'service department', 'administrator'], then: 'editions',
        text: N_('A file of a catalogue, as this page gives it out. What it changes is shown before it is published.'), go: N_('Show what changes'),
        fields: () => [own('file', N_('File of the edition'), 'file', { required: true })],
        send: async (v) => {
            const b = new Uint8Array(await v.file.arrayBuffer());
            let s = '';
            for (let i = 0; i < b.length; i += 8192) { s += String.fromCharCode(...b.subarray(i, i + 8192)); }
            const data = btoa(s).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
            return { data, preview: await call('POST', '/catalogue/preview', { data_base64url: data }) };
        },
        next: ({ data, preview: p }, done) => ({
            title: fmt(_('Catalogue, edition %s'), p.number), go: p.publishable ? _('Publish') : '', changes: changesOf(p),
            text: p.publishable ? fmt(_('In force is edition %s. Published, this one goes to all handhelds.'), p.in_force || '–') : fmt(_('Edition %s is in force: this one needs a higher number, and cannot be published.'), p.in_force),
            submit: async () => { const out = await call('POST', '/catalogue', { data_base64url: data }); say(fmt(_('Edition %s is in force.'), out.number)); done('editions', out.attachment); },
        }),
    },
};
const TABLES = [['parts', N_('Parts')], ['faults', N_('Faults')], ['cases', N_('Hard cases')], ['prices', N_('Price list')]];
const CHANGES = { added: N_('new'), changed: N_('changed'), removed: N_('gone') };
const changesOf = (p) => [
    ...TABLES.map(([name, words]) => {
        const t = p[name], all = t.added + t.changed + t.removed;
        return {
            title: _(words), text: fmt(_('%1$s new, %2$s changed, %3$s gone, %4$s as they were'), t.added, t.changed, t.removed, t.same),
            rows: t.rows.map((r) => `${_(CHANGES[r.what])} · ${[r.code, r.name].filter(Boolean).join(' · ')}`),
            more: all > t.rows.length ? fmt(_('and %s more'), all - t.rows.length) : '',
        };
    }),
    { title: _('Working hours'), text: p.calendars.some((c) => c.what !== 'same') ? '' : _('as they were'), rows: p.calendars.map((c) => [c.what === 'same' ? '' : _(CHANGES[c.what]), hoursOf(c), hoursWords(c)].filter(Boolean).join(' · ')), more: '' },
    ...(p.verify_url_changes ? [{ title: _('Address on the customer\'s copy'), text: p.verify_url || '–', rows: [] }] : []),
];
const invoiced = (r) => {
    const all = (r.visits_list || []).flatMap((v) => v.signatures).filter((s) => s.stands);
    return all.length ? (all[all.length - 1].total_minor / 100).toFixed(2) : '';
};

export const freshLabel = (name, me) => (name && FRESH[name].roles.includes(me.role) ? _(FRESH[name].label) : '');
export function fresh(name, done, from) {
    const n = FRESH[name];
    const fields = n.fields(from);
    if (n.code) { fields.unshift(own('code', N_('Number'), 'code', { required: n.codeMust, hint: n.codeMust ? undefined : N_('Of the company\'s books, when it has one.') })); }
    ask({
        title: _(n.label), text: n.text && _(n.text), go: _(n.go || n.label), fields, live: n.live,
        submit: async (v) => {
            const { code, ...rest } = v;
            const out = await (n.send ? n.send(v) : call('POST', n.url, { fields: rest, ...(code ? { code } : {}) }));
            if (n.next) { return n.next(out, done); }
            if (n.shown && out.replayed) { throw new Error(_('It was made, but the answer was lost on the way, and it is said once. Make another.')); }
            if (!n.shown) { say(out.code ? fmt(_('Saved as %s.'), out.code) : _('Saved.')); }
            done(n.then, out.id);
            return n.shown ? { ...n.shown(out), go: '' } : undefined;
        },
    });
}

