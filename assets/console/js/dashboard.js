// The unit at a glance: counts that lead to their registers, what is late, what waits, who is silent.
import { _, money, brief, moment, limit, day } from './i18n.js';
import { get } from './api.js';
import { $, draw, onMain, unpressed, TILES } from './view.js';
import { STATES, stateWord } from './words.js';
import { named } from './fields.js';

// Every figure leads to the list that it counts.
const hot = (n) => (n > 0 ? 'hot' : '');
const t = (label, value, href, cls = '') => ({ label, value, href, cls });
const today = (d) => day(d.today_ms);
const yesterday = (d) => day(d.today_ms - 1);
export function tiles(d) {
    return [
        t(_('Calls today'), d.today, `#/calls?from=${today(d)}`), t(_('Past the deadline'), d.late, '#/calls?only=late&sort=due', hot(d.late)),
        t(_('Not dispatched'), d.undispatched, '#/board', hot(d.undispatched)), t(_('On site'), d.states.on_site, '#/calls?state=on_site'),
        t(_('Vouchers not back'), d.unreturned_vouchers, '#/vouchers'), t(_('Silent handhelds'), d.devices_silent.length, '#/devices?only=silent', hot(d.devices_silent.length)),
    ];
}
function second(d, app) {
    return [
        t(_('Left over from earlier days'), d.left_over, `#/calls?state=registered&to=${yesterday(d)}`, hot(d.left_over)), t(_('Open goods receipts'), d.goods_open, '#/goods?only=open&sort=state'),
        t(_('Late repairs without help'), d.late_unhelped, '#/cards?only=unhelped&sort=state', hot(d.late_unhelped)), t(_('Help requests'), d.help, '#/help?only=waiting', hot(d.help)),
        ...(d.withheld && app.registers.quarantine ? [t(_('Shown by customers, not held here'), d.withheld, '#/quarantine?state=shown', 'hot')] : []),
        t(_('Cash in hand'), money(d.cash_out_minor), app.registers.cash ? '#/cash' : '#/vouchers'), t(_('Conflicts'), d.conflicts, '#/conflicts', hot(d.conflicts)),
    ];
}

const PAGE = `
<div class="page"><section class="list" aria-labelledby="title">
<div class="bar"><h1 id="title" tabindex="-1" data-home>{{title}}</h1><p class="muted">{{now}}</p></div>
{{{first}}}{{{second}}}
<div class="halves">
<section class="card"><h2>{{words.states}}</h2><div class="chart"><canvas id="chart" role="img" aria-label="{{words.states}}: {{spoken}}"></canvas></div>
<ul class="legend">{{#states}}<li><a href="{{href}}" data-key="s-{{href}}">{{label}} <b>{{value}}</b></a></li>{{/states}}</ul></section>
<section class="card"><h2>{{words.late}}</h2>{{#late.length}}<ul class="related">{{#late}}<li><a href="#/calls/{{id}}" data-key="l-{{id}}"><span class="box">{{box}}</span> {{text}}</a> <b class="{{cls}}">{{limit}}</b></li>{{/late}}</ul>{{/late.length}}{{^late.length}}<p class="muted">{{words.none}}</p>{{/late.length}}</section>
<section class="card"><h2>{{words.silent}}</h2>{{#silent.length}}<ul class="related">{{#silent}}<li><a href="#/devices/{{id}}?only=silent" data-key="d-{{id}}">{{who}}</a> <span class="muted" title="{{moment}}">{{when}}</span></li>{{/silent}}</ul>{{/silent.length}}{{^silent.length}}<p class="muted">{{words.allHeard}}</p>{{/silent.length}}</section>
</div></section></div>`;

let chart = null;
async function drawChart(d) {
    const canvas = $('#chart');
    const { Chart, BarController, BarElement, CategoryScale, LinearScale, Tooltip } = await import('/vendor/chart.js');
    if (!canvas || !canvas.isConnected) { return; }
    Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);
    if (chart) { chart.destroy(); }
    const css = getComputedStyle(document.documentElement);
    const token = (name) => css.getPropertyValue(name).trim();
    const names = Object.keys(STATES.job).filter((s) => d.states[s] != null);
    chart = new Chart(canvas, {
        type: 'bar',
        data: { labels: names.map((s) => stateWord('job', s)), datasets: [{ data: names.map((s) => d.states[s]), backgroundColor: names.map((s) => token(s === 'registered' ? '--late' : s === 'signed' ? '--done' : '--primary')), borderRadius: 4, maxBarThickness: 26 }] },
        options: {
            indexAxis: 'y', animation: false, maintainAspectRatio: false, plugins: { legend: { display: false } },
            scales: { x: { beginAtZero: true, ticks: { precision: 0, color: token('--muted') }, grid: { color: token('--line') } }, y: { ticks: { color: token('--ink') }, grid: { display: false } } },
        },
    });
}

export async function show(app) {
    const still = onMain.turn();
    const setCounts = app.counting();
    const [d, page] = await Promise.all([get('/dashboard'), get('/registers/calls?sort=due&limit=8')]);
    await unpressed();
    setCounts(d);
    if (!still()) { return; }
    const names = Object.keys(STATES.job).filter((s) => d.states[s] != null);
    draw($('#main'), PAGE, {
        title: _('Overview'), now: moment(d.now_ms),
        first: globalThis.Mustache.render(TILES, { tiles: tiles(d) }), second: globalThis.Mustache.render(TILES, { tiles: second(d, app) }),
        states: names.map((s) => t(stateWord('job', s), d.states[s], `#/calls?state=${s}`)),
        spoken: names.map((s) => `${stateWord('job', s)} ${d.states[s]}`).join(', '),
        late: page.rows.map((r) => ({ id: r.id, box: ['–', 'A', 'B', 'C', 'D'][r.class || 0], text: [named(r.fields.customer), r.technician ? named(r.technician) : _('Not dispatched')].join(' · '), limit: r.left_minutes == null ? '' : limit(r.left_minutes), cls: r.late ? 'late' : 'soon' })),
        silent: d.devices_silent.map((s) => ({ id: s.author, who: named(s.technician) || s.author, when: s.receipt_ms ? brief(s.receipt_ms) : _('never'), moment: moment(s.receipt_ms) })),
        words: { states: _('Calls by state'), late: _('Nearest deadlines'), silent: _('Silent for more than 3 days'), none: _('Nothing is due.'), allHeard: _('All handhelds have been heard.') },
    });
    await drawChart(d);
}

