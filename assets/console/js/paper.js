// Paper forms: what stands on the screen as a clean sheet, printed by print.css.
import { _, fmt, moment, day, money, quantity } from './i18n.js';
import { $, draw } from './view.js';
import { FIELDS, show, named } from './fields.js';
import * as W from './words.js';

const SHEET = `<article><header><h1>{{title}}</h1><p>{{company}}{{#branch}} · {{branch}}{{/branch}}</p><p class="number">{{number}}</p></header>
<table><tbody>{{#rows}}<tr><th scope="row">{{label}}</th><td>{{text}}</td></tr>{{/rows}}</tbody></table>
{{#parts.length}}<table class="lines"><thead><tr>{{#heads}}<th scope="col">{{.}}</th>{{/heads}}</tr></thead><tbody>{{#parts}}<tr>{{#cells}}<td>{{.}}</td>{{/cells}}</tr>{{/parts}}</tbody></table>{{/parts.length}}
{{#total}}<p class="total">{{total}}</p>{{/total}}
<div class="signs">{{#signs}}<p>{{.}}<span></span></p>{{/signs}}</div><footer>{{foot}}</footer></article>`;

let company = '';
export const forCompany = (name) => { company = name; };

const rowsOf = (r, names) => names.map((n) => ({ label: _(FIELDS[r.type][n].label), text: show(FIELDS[r.type][n], r.fields[n]) })).filter((x) => x.text);

// A technician's day as he wrote it down: a line each (core/model/day.h).
const LINE = /^([A-D]) (\d\d:\d\d-\d\d:\d\d) (\d+) (\S+) ?(.*)$/;
function dayLines(r) {
    const cells = (line) => { const m = LINE.exec(line); return m ? [m[1], m[2], m[3], m[4] === '-' ? '' : m[4], m[5]] : ['', '', '', '', line]; };
    return String(r.fields.lines || '').split('\n').filter(Boolean).map((line) => ({ cells: cells(line) }));
}

// The voucher as its last signed version has it, from the visit that the customer signed.
function voucher(r) {
    const visit = (r.visits_list || []).filter((v) => v.signatures.length).pop();
    const s = visit.signatures[visit.signatures.length - 1];
    const of = (kind) => visit.facts.filter((f) => f.kind === kind);
    const rows = [
        ...rowsOf(r, ['customer']), { label: _('Address'), text: r.customer ? r.customer.fields.address : '' }, ...rowsOf(r, ['equipment']),
        { label: _('Serial'), text: r.equipment ? r.equipment.fields.serial : '' }, ...rowsOf(r, ['called', 'fault_told']),
        ...['visit.arrived', 'visit.left'].map((k) => ({ label: W.kindWord(k), text: of(k).length ? moment(of(k)[0].wall_ms) : '' })),
        ...['visit.diagnosed', 'visit.action', 'visit.tested'].flatMap((k) => of(k).map((f) => ({ label: W.kindWord(k), text: W.factWords(k, f.body, money, quantity) }))),
        { label: _('Class'), text: W.at(W.CLASSES, s.class) }, { label: _('Technician'), text: named(visit.technician) },
        { label: _('Sign-off'), text: [W.at(W.OUTCOMES, s.outcome), s.signer, W.outcomeWords(s), moment(s.wall_ms)].filter(Boolean).join(' · ') },
        { label: _('Proof'), text: s.not_covered ? _('changed after signing') : _('the signature covers the whole content') },
        ...of('visit.paid').map((f) => ({ label: _('Payment'), text: W.factWords('visit.paid', f.body, money, quantity) })),
    ].filter((x) => x.text);
    return {
        title: _('Service report'), number: fmt(_('%1$s, version %2$s'), s.number, s.version), rows, heads: [_('Part'), _('Quantity'), _('Old part')],
        parts: of('visit.part').map((f) => ({ cells: [f.body.number || f.body.part_words || '', quantity(f.body.qty_milli), W.factWords('visit.part', f.body, money, quantity).split(' · ').slice(1).join(' · ')] })),
        total: fmt(_('Amount due: %s'), money(s.total_minor)), signs: [_('Customer'), _('Technician')],
    };
}
const SHEETS = {
    job: voucher,
    goods: (r) => ({ title: _('Goods receipt'), number: r.fields.receipt, rows: rowsOf(r, ['customer', 'job', 'what', 'in', 'due', 'technician', 'shelf', 'note']), signs: [_('Customer'), _('Clerk')], total: r.state === 'voided' ? _('Receipt void') : '' }),
    card: (r) => ({ title: _('Repair card'), number: r.fields.receipt, rows: rowsOf(r, ['customer', 'job', 'what', 'in', 'due', 'shelf', 'repairer', 'minutes', 'inspector', 'out', 'help', 'note']), signs: [_('Repaired by'), _('Inspected by')], total: ['passed', 'out', 'voided'].includes(r.state) ? _('Passed inspection') : '' }),
    invoice: (r) => ({ title: _('Invoice'), number: r.code || r.id.slice(0, 8), rows: rowsOf(r, ['customer', 'job', 'at', 'by', 'note']), total: fmt(_('Amount: %s'), money(r.fields.amount)), signs: [_('Accountant'), _('Customer')] }),
    slip: (r) => ({ title: _('Issue slip'), number: r.code || r.id.slice(0, 8), rows: rowsOf(r, ['technician', 'part', 'quantity', 'job', 'at', 'approved_by', 'issued_by', 'old', 'unused', 'note']), signs: [_('Technician'), _('Supervisor'), _('Parts keeper')] }),
    day: (r) => ({ title: _('Daily report'), number: day(r.fields.day), rows: rowsOf(r, ['technician', 'a', 'b', 'c', 'd', 'version', 'reviewed_by', 'signed_by', 'note']), heads: [_('Class'), _('Time'), _('Minutes'), _('Call'), _('What was done')], parts: dayLines(r), signs: [_('Supervisor'), _('Branch manager')] }),
};

export function sheet(r, what) {
    draw($('#paper'), SHEET, { ...SHEETS[what](r), company, branch: r.branch, foot: fmt(_('Printed %s from headquarters\' journal'), moment(Date.now())) });
    document.body.classList.add('papered');
}
export function print(r, what = r.type) {
    sheet(r, what);
    window.print();
}
