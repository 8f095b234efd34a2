// Words: the catalogues of the handheld, as JSON that `make` writes. The msgid is the English.
let messages = {};
let lang = 'en';

export const N_ = (s) => s;
export const _ = (s) => { const m = messages[s]; return (Array.isArray(m) ? m[0] : m) || s; };
export const n_ = (one, many, n) => {
    const m = messages[one];
    return fmt(Array.isArray(m) ? m[n === 1 || m.length === 1 ? 0 : 1] : n === 1 ? one : many, n);
};
// %s in order, %1$s by place.
export function fmt(s, ...args) {
    let i = 0;
    return s.replace(/%(?:(\d+)\$)?[sd]/g, (all, k) => String(args[k ? k - 1 : i++]));
}
export const language = () => lang;

// As a reader looks names up: Chinese ones by their sound, then Latin ones by their letters, numbers by their value.
const names = new Intl.Collator('zh-u-co-pinyin', { numeric: true, sensitivity: 'base' });
export const byName = (list, of = (x) => x.name) => list.sort((a, b) => names.compare(of(a) || '', of(b) || ''));

// Nothing that is said to a machine (dates, states) depends on it: pages are drawn anew. The language changes with
// its words, and stays as it was where they cannot be had.
let wanted = 0;
export async function speak(which) {
    const mine = wanted += 1;
    const next = which === 'zh' ? 'zh' : 'en';
    const answer = await fetch(next === 'zh' ? '/i18n/zh_CN.json' : '/i18n/en.json').catch(() => null);
    const words = answer && answer.ok ? await answer.json().catch(() => null) : null;
    if (!words || mine !== wanted) { return; }
    lang = next;
    messages = words;
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
    localStorage.setItem('language', lang);
}
export const preferred = () =>
    localStorage.getItem('language') || (/^zh/i.test(navigator.language) ? 'zh' : 'en');

// ---- times, money, quantities ------------------------------------------------------------------
const two = (n) => String(n).padStart(2, '0');
export const day = (ms) => { const d = new Date(ms); return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`; };
export const clock = (ms) => { const d = new Date(ms); return `${two(d.getHours())}:${two(d.getMinutes())}`; };
export const moment = (ms) => (ms ? `${day(ms)} ${clock(ms)}` : '');
// Today by its hour, this year without its year.
export function brief(ms) {
    if (!ms) { return ''; }
    const today = day(Date.now());
    if (day(ms) === today) { return clock(ms); }
    if (day(ms) === day(Date.now() - 86400000)) { return fmt(_('yesterday %s'), clock(ms)); }
    return day(ms).slice(0, 4) === today.slice(0, 4) ? `${day(ms).slice(5)} ${clock(ms)}` : day(ms);
}
export const money = (minor) => {
    const s = `${minor < 0 ? '-' : ''}${Math.floor(Math.abs(minor) / 100)}.${two(Math.abs(minor) % 100)}`;
    return lang === 'zh' ? `${s} 元` : `CNY ${s}`;
};
export const quantity = (milli) => String(milli / 1000);
export const minutes = (n) => `${Math.floor(Math.abs(n) / 60)}:${two(Math.abs(n) % 60)}`;
// "1:20 left", "0:35 late"
export const limit = (left) => (left < 0 ? fmt(_('%s late'), minutes(left)) : fmt(_('%s left'), minutes(left)));
// A length of time, roughly: never said to be less than it is.
export function span(ms) {
    const s = Math.ceil(ms / 1000);
    if (s < 90) { return n_('%d second', '%d seconds', s); }
    const m = Math.ceil(s / 60);
    return m < 90 ? n_('%d minute', '%d minutes', m) : n_('%d hour', '%d hours', Math.ceil(m / 60));
}
