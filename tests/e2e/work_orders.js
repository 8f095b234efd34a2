// work_orders.js - what 30-work-orders.sh makes of the rows: a catalogue that names their faults and
// parts, and scripts that play visits of them.
//   node work_orders.js catalogue CSV DIR            faults.csv, parts.csv, stock.csv in DIR
//   node work_orders.js dispatch CSV A B             lines "job<TAB>technician", every job once
//   node work_orders.js compare CSV JOBS.json        is every job its row?
//   node work_orders.js ledger AFTER BEFORE DEVICE.. do headquarters' entries equal the ledger?
//   node work_orders.js visits CSV JOBS.json N  a script of N visits to stdout
'use strict';
const fs = require('fs');

function rows(file) {
    const text = fs.readFileSync(file, 'utf8');
    const out = [];
    let row = [''], quoted = false;
    for (let i = 0; i < text.length; i++) {
        const c = text[i];
        if (quoted) {
            if (c !== '"') row[row.length - 1] += c;
            else if (text[i + 1] === '"') { row[row.length - 1] += '"'; i++; } else quoted = false;
        } else if (c === '"') quoted = true;
        else if (c === ',') row.push('');
        else if (c === '\n') { out.push(row); row = ['']; }
        else if (c !== '\r') row[row.length - 1] += c;
    }
    if (row.length > 1) out.push(row);
    const head = out.shift();
    // The id of a job is the number of its line in the file, the heading being line 1.
    return out.map((r, i) => Object.assign({ line: i + 2 },
        Object.fromEntries(head.map((h, k) => [h, r[k]]))));
}

const code = (s) => s.toUpperCase().replace(/[^A-Z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 30);
const csv = (s) => /[",\n]/.test(s) ? '"' + s.replace(/"/g, '""') + '"' : s;
const known = (s) => s !== undefined && s !== 'NA' && s !== '';

function catalogue(file, dir) {
    const count = (field) => {
        const n = new Map();
        for (const r of rows(file)) if (known(r[field])) n.set(r[field], (n.get(r[field]) || 0) + 1);
        return n;
    };
    const seen = new Set();
    const once = (s) => !seen.has(code(s)) && seen.add(code(s));
    fs.writeFileSync(dir + '/faults.csv', 'code,name,name_en,equipment_type,frequency,cause_code\n' +
        [...count('FM')].filter(([f]) => once(f)).map(([f, n]) =>
            [code(f), csv(f), csv(f), 'Excavator', n, 'wear'].join(',')).join('\n') + '\n');
    seen.clear();
    const parts = [...count('Part')].filter(([p]) => once(p));
    fs.writeFileSync(dir + '/parts.csv', 'number,name,name_en,unit,price,serialized\n' +
        parts.map(([p]) => [code(p), csv(p), csv(p), 'pcs', '120.00', 'no'].join(',')).join('\n') +
        '\n');
    fs.writeFileSync(dir + '/stock.csv', 'technician,part,quantity\n' +
        ['T01', 'T02'].flatMap((t) => parts.slice(0, 20).map(([p]) => [t, code(p), 5].join(',')))
            .join('\n') + '\n');
}

const actions = { Replace: 1, Repair: 6, Modify: 4, Clean: 3, Tighten: 2, Refill: 5, Inspect: 7 };
const quote = (s) => '"' + s.replace(/\\/g, '\\\\').replace(/"/g, '\\"') + '"';

function visit(r, subject, n) {
    const s = [];
    s.push('tap #find', 'tap #search', `type "${r.line}"`, `tap #job:${subject}`, 'wait');
    s.push('tap #accept', 'wait', 'tap #travelling', 'wait', 'tap #arrive', 'tap #credential',
        'tap #price_list', 'tap #arrived', 'wait');
    s.push('tap #all_faults', `tap #f:${code(r.FM)}`, 'tap #cause:1',
        'tap #save', 'wait');
    s.push('tap #p:V-SUB', 'tap #p:L-MED', 'tap #parts', 'type "900.00"',
        'tap #show', 'scroll end', 'tap #agree', 'draw', 'tap #consent', 'wait');
    s.push(`scan "${code(r.Part)}"`, 'tap #reason:1', 'tap #old:1', 'tap #save', 'wait',
        ...(actions[r.Action] === 1 ? [] : ['tap #act:1', `tap #act:${actions[r.Action] || 6}`]), 'tap #act_words',
        `type ${quote(r.OriginalShorttext)}`, 'tap #save', 'wait');
    s.push('pass 20', 'tap #result:0', 'tap #tidy', 'tap #taught', 'tap #save', 'wait');
    s.push('tap #fee', 'tap #save', 'wait');
    s.push('tap #sign', 'wait', 'scroll end', 'tap #confirm', 'wait');
    const questions = ['attitude', 'skill', 'time', 'promises'];
    if (n % 3 === 0) s.push('tap #unrated');
    else s.push(...questions.map((q, k) => `tap #${q}:${(n + k) % 4}`), 'tap #rated');
    s.push('wait', 'draw', 'tap #signed', 'wait', 'tap #pin', 'type "2468"', 'tap #unlock', 'wait',
        'tap #done', 'wait');
    s.push('tap #pay', `tap #method:${n % 5}`, 'tap #pay', 'wait');
    s.push('tap #leave', 'wait', 'tap #back', 'wait', 'tap #find');
    return s;
}

function visits(file, jobs, want) {
    const held = new Map(jobs.map((j) => [j.code, j]));
    const good = rows(file).filter((r) => held.has(String(r.line)) &&
        known(r.FM) && known(r.Part));
    const out = ['tap #pin', 'type "2468"', 'tap #primary', 'wait'];
    for (let n = 0; n < want; n++) {
        const r = good[Math.floor(n * good.length / want)];
        out.push(`# line ${r.line}: ${r.OriginalShorttext}`);
        out.push(...visit(r, held.get(String(r.line)).id, n));
    }
    return out.join('\n') + '\n';
}

// Every row is a job and every job a row, in what both have.
function compare(file, jobs) {
    const held = new Map(jobs.map((j) => [j.code, j]));
    const wrong = [];
    const all = rows(file);
    for (const r of all) {
        const j = held.get(String(r.line));
        const [d, m, y] = r.Date.split('/');
        const words = known(r.OriginalShorttext) ? r.OriginalShorttext.trim() : '';
        // The test's clock is China's: 08:00 there is midnight UTC.
        if (!j) wrong.push(`line ${r.line} is missing`);
        else if (j.called !== `${y}-${m}-${d}T00:00:00Z` || j.fault_told !== words ||
            Number(j.cost) !== Number(r.Cost) || j.work_kind !== (known(r.PMType) ? r.PMType : ''))
            wrong.push(`line ${r.line}: ${JSON.stringify(j)} of ${JSON.stringify(r)}`);
    }
    if (held.size !== all.length) wrong.push(`${held.size} jobs of ${all.length} rows`);
    for (const w of wrong.slice(0, 5)) console.log(w);
    return wrong.length === 0 ? 0 : 1;
}

// The ledger: what headquarters had, and what devices had recorded, before they met again. All of it
// must be at headquarters with the same bytes; beyond it headquarters may hold entries of its own.
function ledger(after, before, ...devices) {
    const have = new Map(after.map((e) => [e.hash, e.bytes]));
    const want = new Map();
    const own = new Set(before.map((e) => e.author));
    for (const d of devices) own.delete([...d].reverse().find((e) => e.kind_name === 'visit.signed').author);
    for (const e of [before, ...devices].flat()) want.set(e.hash, e.bytes);
    let wrong = 0, foreign = 0;
    for (const [hash, bytes] of want) if (have.get(hash) !== bytes) { wrong++; console.log('differs: ' + hash); }
    for (const e of after) if (!want.has(e.hash) && !own.has(e.author)) { foreign++; console.log('not in the ledger: ' + e.hash); }
    if (have.size !== after.length) { wrong++; console.log('an entry stands twice'); }
    console.log(`${want.size} in the ledger, ${after.length} at headquarters`);
    return wrong + foreign === 0 && want.size > 2160 ? 0 : 1;
}
const json = (f) => JSON.parse(fs.readFileSync(f, 'utf8'));

const [what, file, a, b] = process.argv.slice(2);
if (what === 'catalogue') catalogue(file, a);
else if (what === 'dispatch')
    for (const r of rows(file)) console.log(`${r.line}\t${r.Asset === 'A' ? a : r.Asset === 'B' ? b
        : r.line % 2 ? a : b}`);
else if (what === 'visits')
    process.stdout.write(visits(file, JSON.parse(fs.readFileSync(a, 'utf8')), Number(b)));
else if (what === 'compare') process.exit(compare(file, json(a)));
else if (what === 'ledger') process.exit(ledger(...process.argv.slice(3).map(json)));
else process.exit(2);
