// The dispatch board: a column a technician, a heading a day, what was left over first.
import { _, fmt, n_, day, clock, limit, moment, byName } from './i18n.js';
import { get } from './api.js';
import { $, draw, onMain, say, unpressed } from './view.js';
import { named } from './fields.js';
import { CLASS_LETTERS, stateWord } from './words.js';
import { actionsOf, act, give } from './actions.js';

const CARD = `{{#days}}<h3 class="{{cls}}">{{title}} ({{jobs.length}})</h3><ul>{{#jobs}}<li class="job {{cls}}" data-id="{{id}}"{{#drag}} draggable="true"{{/drag}}>
<a href="#/calls/{{id}}" data-key="j-{{id}}"><span class="box">{{box}}</span> {{customer}}</a>
<p>{{fault}}</p><div class="foot"><span>{{state}}<br><b class="{{due}}" title="{{dueAt}}">{{limit}}</b></span>
{{#drag}}<button data-do="assign" data-key="b-{{id}}" aria-label="{{aria}}">{{word}}</button>{{/drag}}</div></li>{{/jobs}}</ul>{{/days}}`;
const BOARD = `
<div class="page"><section class="list" aria-labelledby="title"><div class="bar"><h1 id="title" tabindex="-1" data-home>{{title}}</h1><p class="muted">{{now}}{{#hint}} · {{hint}}{{/hint}}</p></div>
<div class="board" tabindex="0" role="region" aria-labelledby="title" data-key="board">{{#columns}}<section class="column {{cls}}" data-technician="{{code}}" aria-label="{{name}}"><h2>{{name}} <span class="muted">{{count}}</span></h2>
{{> card}}{{^days.length}}<p class="muted">{{none}}</p>{{/days.length}}</section>{{/columns}}</div></section></div>`;

function days(jobs, may) {
    const groups = new Map();
    for (const r of jobs) {
        const ms = r.fields.appointment || r.fields.called || r.time_ms;
        const name = r.left_over ? _('Left over: first') : day(ms) === day(Date.now()) ? _('Today') : day(ms);
        if (!groups.has(name)) { groups.set(name, { title: name, cls: r.left_over ? 'late' : '', order: r.left_over ? '' : day(ms), jobs: [] }); }
        const customer = named(r.fields.customer) || r.code || '';
        groups.get(name).jobs.push({
            id: r.id, box: CLASS_LETTERS[r.class] || '–', customer, fault: r.fields.fault_told,
            state: [r.state === 'registered' || r.state === 'dispatched' ? '' : stateWord('job', r.state), r.fields.appointment ? clock(r.fields.appointment) : ''].filter(Boolean).join(' · ') || r.code, limit: r.left_minutes == null ? '' : limit(r.left_minutes), dueAt: moment(r.due_ms),
            due: r.late ? 'late' : r.left_minutes != null && r.left_minutes <= 90 ? 'soon' : '', cls: [r.late ? 'is-late' : '', r.help || r.handover ? 'asks' : ''].join(' ').trim(),
            drag: may, word: _('Dispatch'), aria: fmt(_('Dispatch: %s'), customer),
        });
    }
    return [...groups.values()].sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
}

let dragged = null; // the call as it was seen when it was taken hold of
export async function show(app) {
    const still = onMain.turn();
    const b = await get('/board');
    await unpressed();
    if (!still()) { return; }
    const may = app.me.role === 'supervisor';
    const jobs = new Map();
    const column = (code, name, list, cls) => {
        list.forEach((r) => jobs.set(r.id, r));
        return { code, name, cls, count: list.length || '', days: days(list, may), none: _('free') };
    };
    const all = [column('', _('Not dispatched'), b.undispatched, 'nobody'), ...byName(b.technicians, (t) => named(t.technician)).map((t) => column(t.technician.code, named(t.technician), t.jobs, ''))];
    const count = jobs.size;
    const scroll = $('.board') ? $('.board').scrollLeft : 0;
    draw($('#main'), BOARD, { title: _('Dispatch board'), now: moment(b.now_ms), hint: may ? _('drag a call to a technician, or press its button') : n_('%d open call', '%d open calls', count), columns: all }, { card: CARD });
    $('.board').scrollLeft = scroll;
    const again = () => app.page === 'board' && show(app).catch((e) => { if (e.status !== 401) { say(e.message); } });
    const main = $('#main');
    main.onclick = (e) => {
        const button = e.target.closest('button[data-do=assign]');
        const job = button && jobs.get(button.closest('.job').dataset.id);
        if (job) { act(job, actionsOf(job, app.me).find((a) => a.name === 'assign'), again); }
    };
    main.ondragstart = (e) => { const card = e.target.closest('.job'); dragged = card && jobs.get(card.dataset.id); if (dragged) { e.dataTransfer.setData('text/plain', dragged.id); } };
    main.ondragover = (e) => { if (may && e.target.closest('.column')) { e.preventDefault(); } };
    main.ondrop = async (e) => {
        const target = e.target.closest('.column');
        const job = dragged;
        if (!target || !job || !may || job.id !== e.dataTransfer.getData('text/plain')) { return; }
        e.preventDefault();
        try {
            await give(job, target.dataset.technician);
            say(target.dataset.technician ? fmt(_('Dispatched to %s.'), target.getAttribute('aria-label')) : _('Given to nobody.'));
        } catch (problem) { say(problem.message); }
        again();
    };
}
