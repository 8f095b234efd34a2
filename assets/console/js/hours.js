// Calendars of an edition in words: whose, the zone, the week, how many days differ.
import { _, fmt, n_, language } from './i18n.js';

const two = (n) => String(n).padStart(2, '0');
const clock = (min) => `${two(Math.floor(min / 60))}:${two(min % 60)}`;
const MONDAY = Date.UTC(2024, 0, 1);
const weekday = (d) => new Intl.DateTimeFormat(language() === 'zh' ? 'zh-CN' : 'en', { weekday: 'short', timeZone: 'UTC' }).format(MONDAY + d * 86400000);
const zone = (c) => `UTC${c.offset_minutes < 0 ? '-' : '+'}${clock(Math.abs(c.offset_minutes))}`;
const spans = (day) => (day.length ? day.map(([from, to]) => `${clock(from)}–${clock(to)}`).join(', ') : _('closed'));

export const hoursOf = (c) => (c.branch ? fmt(_('branch %s'), c.branch) : _('the company'));

// Days of the same hours that stand together are named once.
export function hoursWords(c) {
    const week = [];
    c.week.map(spans).forEach((words, d) => {
        const last = week[week.length - 1];
        if (last && last.words === words) { last.to = d; } else { week.push({ from: d, to: d, words }); }
    });
    return [
        zone(c), c.saving_minutes ? _('summer time') : '',
        ...week.map((w) => `${w.from === w.to ? weekday(w.from) : fmt(_('%1$s to %2$s'), weekday(w.from), weekday(w.to))} ${w.words}`),
        c.days ? n_('%s day that differs', '%s days that differ', c.days) : '',
    ].filter(Boolean).join(' · ');
}
