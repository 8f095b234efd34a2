// A register's file in the reader's words. The API's has codes, milliseconds and minor units, for programs (the link's
// address gives it); in this one every cell is what the page says, but sums and quantities stay numbers, to be added up.
import { _, N_, fmt, moment, day, quantity } from './i18n.js';
import { get } from './api.js';
import { field, show } from './fields.js';
import { REGISTERS, source } from './registers.js';
import * as W from './words.js';

// Of a row beside its fields, and of what is no record.
const OTHERS = {
    id: { label: N_('Id') }, type: { label: N_('What'), kind: 'type' }, state: { label: N_('State'), kind: 'state' }, time_ms: { label: N_('Time'), kind: 'time' },
    technician: { label: N_('Technician') }, class: { label: N_('Class'), kind: 'choice', list: W.CLASSES }, due_ms: { label: N_('Deadline to arrive'), kind: 'time' },
    cash_owed_minor: { label: N_('Cash in hand'), kind: 'money' }, name: { label: N_('Name') }, role: { label: N_('Role'), kind: 'role' }, person: { label: N_('Number of the person') },
    login: { label: N_('Login') }, scopes: { label: N_('Scopes') }, made_ms: { label: N_('Made on'), kind: 'time' }, revoked: { label: N_('Revoked'), kind: 'flag' },
};
const written = (s) => `"${s.replaceAll('"', '""')}"`; // no cell is a formula: the API's have their apostrophe

// Lines of cells: { s, text: it was quoted }; null of what is no such file.
function parsed(file) {
    const lines = [[]];
    let end = 0;
    for (const m of file.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy)) {
        lines.at(-1).push(m[1] === undefined ? { s: m[2], text: false } : { s: m[1].replaceAll('""', '"'), text: true });
        if (m[3] === '\r\n') { lines.push([]); }
        end = m.index + m[0].length;
    }
    return end === file.length && lines.pop().length === 0 ? lines : null;
}

function columnOf(type, name) {
    const of = (n) => field(type, n) || OTHERS[n];
    const beside = name.endsWith('.code') && of(name.slice(0, -5));
    if (beside) { return { head: fmt(_('%s: number'), _(beside.label)) }; }
    const f = name === 'state' || name === 'technician' ? OTHERS[name] : of(name);
    if (!f) { return { head: name }; }
    return { f, head: f.kind === 'money' ? fmt(_('%s (CNY)'), _(f.label)) : _(f.label) };
}

function cellOf(column, cell, type) {
    const { f } = column;
    const n = Number(cell.s);
    if (cell.s === '' || !f) { return cell.text ? written(cell.s) : cell.s; }
    switch (f.kind) {
    case 'state': return written(W.stateWord(type, cell.s));
    case 'type': return written(W.TYPES[cell.s] ? _(W.TYPES[cell.s]) : cell.s);
    case 'time': return n ? written(moment(n)) : '';
    case 'date': return n ? written(day(n)) : '';
    case 'money': return (n / 100).toFixed(2);
    case 'qty': return quantity(n);
    case 'choice': return n || f.list[0] ? written(show(f, n)) : '';
    case 'odd': case 'flag': return written(show(f, n));
    case 'role': return written(W.roleWord(cell.s));
    default: return cell.text ? written(cell.s) : cell.s;
    }
}

export function translated(page, file) {
    const all = parsed(file.replace(/^\uFEFF/, ''));
    if (!all) { return file; } // as it came, before nothing at all
    const [head, ...lines] = all;
    const { type } = REGISTERS[page];
    const columns = head.map((c) => columnOf(type, c.s));
    const at = head.findIndex((c) => c.s === 'type');
    const rows = lines.map((l) => l.map((c, i) => cellOf(columns[i] || {}, c, (l[at] || {}).s || type)).join(','));
    return `\uFEFF${[columns.map((c) => written(c.head)).join(','), ...rows].join('\r\n')}\r\n`;
}

let saving = false;
export async function saveCsv(page, path) {
    if (saving) { return; }
    saving = true;
    try {
        const blob = URL.createObjectURL(new Blob([translated(page, await get(path))], { type: 'text/csv;charset=utf-8' }));
        const link = Object.assign(document.createElement('a'), { href: blob, download: `${source(page)}.csv` });
        link.click();
        setTimeout(() => URL.revokeObjectURL(blob), 60000);
    } finally {
        saving = false;
    }
}
