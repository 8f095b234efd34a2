// One's own sessions, and what one is told on coming in: the login before this one, tries that
// failed since, a password that somebody else set.
import { _, N_, n_, fmt, moment } from './i18n.js';
import { call, get } from './api.js';
import { $, draw } from './view.js';
import { named } from './fields.js';
import { roleWord } from './words.js';

// A browser says many names; the one that is its own comes before those that it stands in for.
const BROWSERS = [[/Edg/, 'Edge'], [/OPR|Opera/, 'Opera'], [/Firefox|FxiOS/, 'Firefox'], [/Chrome|CriOS/, 'Chrome'], [/Safari/, 'Safari']];
const SYSTEMS = [[/Windows/, 'Windows'], [/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Mac OS/, 'macOS'], [/Linux|X11/, 'Linux']];
const first = (list, agent) => { const row = list.find(([re]) => re.test(agent)); return row ? row[1] : ''; };
const browser = (agent) => [first(BROWSERS, agent), first(SYSTEMS, agent)].filter(Boolean).join(', ') || agent.slice(0, 24);
const where = (s) => [s.from, browser(s.agent)].filter(Boolean).join(' · ');

export const rows = async () => (await get('/sessions')).sessions.map((s) => ({
    id: s.id, where: where(s), mine: s.this ? _('this one') : '', end: s.this ? '' : _('End it'), aria: `${_('End it')}: ${where(s)}`,
    when: fmt(_('since %1$s, last used %2$s'), moment(s.made_ms), moment(s.seen_ms)),
}));
export const end = (id) => call('DELETE', `/sessions/${encodeURIComponent(id)}`);
export const TITLE = N_('Where you are logged in');

const lastLogin = (me) => (me.last_login ? fmt(_('You were last logged in %1$s from %2$s.'), moment(me.last_login.at_ms), where(me.last_login)) : '');

// A login that docketctl made has a role and no name.
const setter = ({ by, role }) => (named(by) ? fmt(_('%s (%s)'), named(by), roleWord(role)) : roleWord(role));

// What is only news passes; what may be somebody else's doing stays until it is read.
const GREETING = `{{#lines}}<p>{{.}}</p>{{/lines}}<p class="buttons">{{#change}}<button data-do="me">{{change}}</button>{{/change}}<button data-do="read">{{read}}</button></p>`;
export function greet(me, say) {
    const warnings = [
        me.failed_since > 0 && n_('Since then somebody typed a wrong password for your login %d time.', 'Since then somebody typed a wrong password for your login %d times.', me.failed_since),
        me.password_set && fmt(_('Your password was set by %1$s on %2$s. Only you should know it: choose one of your own.'), setter(me.password_set), moment(me.password_set.at_ms)),
        me.password_common && _('Your password is one of those that are guessed first. Choose another.'),
    ].filter(Boolean);
    const box = $('#greeting');
    if (warnings.length) {
        draw(box, GREETING, { lines: [lastLogin(me), ...warnings].filter(Boolean), change: me.password_set || me.password_common ? _('Change my password') : '', read: _('I have read it') });
    } else if (me.last_login) {
        say(lastLogin(me));
    }
    box.hidden = !warnings.length;
}
