// visit_kill.js - for 20-visit-kill.sh and 22-forms-kill.sh: cuts a script after one action, and judges what is left.
//   node visit_kill.js plan SCRIPT            numbers of the actions after which the app is killed
//   node visit_kill.js cut SCRIPT N           the script's first N actions, then a wait without end
//   node visit_kill.js judge BEFORE AFTER LOG N   BEFORE: trees up to the kill; AFTER: trees of the
//                                             restart; LOG: docketctl log --json of the store
'use strict';
const fs = require('fs');

function actions(file) {
    return fs.readFileSync(file, 'utf8').split('\n').map((l) => l.trim())
        .filter((l) => l !== '' && !l.startsWith('#'));
}

// ---- trees ----------------------------------------------------------------------------------
const NODE = /^( *)(\w+) "((?:\\.|[^"\\])*)"(?: id=(\S+))? rect=\S+( enabled| disabled)?(?: value="((?:\\.|[^"\\])*)")?(.*)$/;

function trees(file) {
    const out = [];
    for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
        const head = /^== (\d+) (.*)$/.exec(line);
        if (head) { out.push({ number: Number(head[1]), action: head[2], nodes: [] }); continue; }
        const m = NODE.exec(line);
        if (m && out.length > 0) {
            out[out.length - 1].nodes.push({
                depth: m[1].length / 2, role: m[2], label: m[3], id: m[4] || '', value: m[6] || '',
                off: m[5] === ' disabled', checked: / checked/.test(m[7]),
            });
        }
    }
    for (const t of out) t.screen = t.nodes.length > 0 ? t.nodes[0].id : '';
    return out;
}

// What a screen showed as saved, as the kinds that the log must hold and how many of each.
const STEPS = { accept: 'visit.accepted', travelling: 'visit.travelling', arrive: 'visit.arrived',
    diagnose: 'visit.diagnosed', price: 'visit.priced', work: 'visit.action', test: 'visit.tested',
    fee: 'visit.fee', sign: 'visit.signed', pay: 'visit.paid', leave: 'visit.left' };

function saved(all) {
    const facts = {};
    const want = (kind, n) => { facts[kind] = Math.max(facts[kind] || 0, n); };
    for (const t of all) {
        let parts = 0;
        for (const n of t.nodes) {
            const step = /^step:(\w+)$/.exec(n.id);
            if (step && n.role === 'step' && n.checked && STEPS[step[1]]) want(STEPS[step[1]], 1);
            if (t.screen === 'work' && /^part:\d+$/.test(n.id)) parts++;
        }
        if (parts > 0) want('visit.part', parts);
        if (t.screen === 'hand-back') want('visit.signed', 1);
    }
    return facts;
}

// Where a restart lands when the page itself is no form: a list that was only being looked through,
// and what the customer rates, which is in no draft until he leaves that page.
const LANDS = { faults: ['diagnose'], 'sign-rate': ['sign-read', 'sign-rate'],
    'hand-back': ['job'], history: ['job'] };

// A form: what was chosen, counted, typed, drawn, recorded or read. Not what moves by itself (places,
// focus, keyboard, clock times) and not the rows of a list, which depend on where it was scrolled to.
const STATE = ['field', 'chip', 'radio', 'checkbox', 'number', 'pad', 'step', 'card', 'line'];

// Where rows are a choice and not a list: the chosen one counts, too.
const CHOICES = ['take_call', 'help'];

function form(t) {
    const out = [];
    for (const n of t.nodes) {
        const chosen = n.role === 'row' && n.checked && CHOICES.includes(t.screen);
        if (!chosen && (!STATE.includes(n.role) || (n.role === 'card' && n.id === ''))) continue;
        const plain = (s) => s.replace(/\d+:\d\d/g, 'h:mm');
        out.push([n.role, plain(n.label), n.id, plain(n.value), n.checked ? 'checked' : ''].join(' | '));
    }
    return out.sort();
}

// Grades and comment are nobody's but the customer's and headquarters': in no draft, or sealed.
function askedAgain(t) {
    return t.nodes.every((n) => !(n.role === 'radio' && n.checked) &&
        !(n.id === 'comment' && n.value !== ''));
}

function judge(before, after, log, number) {
    const all = trees(before).filter((t) => t.number <= number);
    const last = all[all.length - 1], back = trees(after).pop();
    const wrong = [];
    const held = {};
    for (const e of JSON.parse(fs.readFileSync(log, 'utf8'))) {
        held[e.kind_name] = (held[e.kind_name] || 0) + 1;
    }
    const facts = saved(all);
    for (const [kind, n] of Object.entries(facts)) {
        if ((held[kind] || 0) < n) wrong.push(`shown as saved, not in the log: ${kind} x ${n}`);
    }
    if (last.number !== number) wrong.push(`the tree after action ${number} is missing`);
    if (last.screen !== 'unlock') {
        const lands = LANDS[last.screen] || [last.screen];
        if (!lands.includes(back.screen)) {
            wrong.push(`killed on ${last.screen}, came back on ${back.screen}`);
        } else {
            if (back.screen === 'sign-rate' && !askedAgain(back)) wrong.push('a rating was kept');
            // The newest picture of that screen before the kill is what must be there again.
            const was = [...all].reverse().find((t) => t.screen === back.screen);
            // Handing back is the unlock itself: the job stands there, signed.
            const rate = back.screen === 'sign-rate' || last.screen === 'hand-back';
            const a = was && !rate ? form(was) : [], b = rate ? [] : form(back);
            for (const l of a.filter((x) => !b.includes(x))) wrong.push(`gone: ${l}`);
            for (const l of b.filter((x) => !a.includes(x))) wrong.push(`new: ${l}`);
        }
    }
    const n = Object.values(facts).reduce((x, y) => x + y, 0);
    console.log(`${wrong.length === 0 ? 'good' : 'bad'} ${number} ${last.screen} facts ${n}`);
    for (const w of wrong.slice(0, 12)) console.log(`  after ${number} (${last.action}): ${w}`);
    return wrong.length === 0 ? 0 : 1;
}

const [what, a, b, c, d] = process.argv.slice(2);
if (what === 'plan') {
    actions(a).forEach((l, i) => { if (/^(tap|draw|scan|type)\b/.test(l)) console.log(i + 1); });
} else if (what === 'cut') {
    console.log(actions(a).slice(0, Number(b)).join('\n') + '\nwait "\\u2203 no such text" 120');
} else if (what === 'judge') process.exit(judge(a, b, c, Number(d)));
else process.exit(2);
