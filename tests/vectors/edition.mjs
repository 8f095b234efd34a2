// edition.mjs - an independent reader of an edition's calendars, written from
// core/model/catalogue_form.h and core/rules/README.md alone: whose hours hold, and when six working
// hours are over, counted minute by minute.
const MINUTE = 60000, DAY = 1440;

export class Unfit extends Error {}
const must = (holds, why) => { if (!holds) { throw new Unfit(why); } };
const isInt = (v, lo, hi) => Number.isInteger(v) && v >= lo && v <= hi;

function spansOf(day) {
    must(Array.isArray(day) && day.length <= 3, 'hours of a day');
    let after = 0;
    for (const span of day) {
        must(Array.isArray(span) && span.length === 2, 'a span');
        must(isInt(span[0], after, DAY) && isInt(span[1], span[0], DAY), 'hours of a day');
        after = span[1];
    }
    return day;
}

// [number, day] pairs, ascending, as a map from number to hours.
function daysOf(list, lo, hi, most) {
    const out = new Map();
    let last = lo - 1;
    must(Array.isArray(list) && list.length <= most, 'too many');
    for (const [n, day] of list) {
        must(isInt(n, last + 1, hi), 'order of days');
        out.set(n, spansOf(day));
        last = n;
    }
    return out;
}

function turnOf(t) {
    must(Array.isArray(t) && t.length === 4, 'a turn');
    const [month, week, weekday, minute] = t;
    must(isInt(month, 1, 12) && isInt(week, 1, 5) && isInt(weekday, 0, 6) && isInt(minute, -DAY, 2 * DAY), 'a turn');
    return { month, week, weekday, minute };
}

function zoneOf(m) {
    const offset = m.get(1) ?? 0, summer = m.get(4);
    must(isInt(offset, -DAY, DAY), 'offset');
    if (summer === undefined) { return { offset, saving: 0 }; }
    must(summer.length === 3 && isInt(summer[0], -DAY, DAY) && summer[0] !== 0, 'summer time');
    return { offset, saving: summer[0], begins: turnOf(summer[1]), ends: turnOf(summer[2]) };
}

const DAYS = [-(2 ** 31), 2 ** 31 - 1];
function companyOf(m) {
    if (m === undefined) {
        const day = [[480, 720], [810, 1050]];
        return { zone: { offset: 480, saving: 0 }, week: [day, day, day, day, day, day, []], days: new Map() };
    }
    const week = m.get(2);
    must(Array.isArray(week) && week.length === 7, 'week');
    return { zone: zoneOf(m), week: week.map(spansOf), days: daysOf(m.get(3), ...DAYS, 2000) };
}

// Of a decoded edition: the company's, and by code what branches do otherwise.
export function readCalendars(edition) {
    const company = companyOf(edition.get(5)), branches = new Map();
    let last = '', days = 0;
    for (const one of edition.get(9) ?? []) {
        must(Array.isArray(one) && one.length === 2 && one[0].length === 8, 'a branch');
        const [code, m] = [Buffer.from(one[0]).toString('latin1'), one[1]];
        must(code > last && /[^\0]/.test(code), 'order of branches');
        must(m.has(1) || !m.has(4), 'summer time without a zone');
        const own = m.has(3) ? daysOf(m.get(3), ...DAYS, 2000) : new Map();
        days += own.size;
        must(days <= 2000, 'too many days');
        branches.set(code.replace(/\0+$/, ''), { zone: m.has(1) ? zoneOf(m) : company.zone, week: m.has(2) ? daysOf(m.get(2), 0, 6, 7) : new Map(), days: own });
        last = code;
    }
    must(branches.size <= 64, 'too many branches');
    return { company, branches };
}

// When the clock is turned in a year: its `week`th weekday (5: the last), by the clock that is turned.
function turnAt(t, year, offset) {
    const first = Date.UTC(year, t.month - 1, 1), length = new Date(Date.UTC(year, t.month, 0)).getUTCDate();
    let day = 1 + ((t.weekday - new Date(first).getUTCDay() + 7) % 7) + 7 * (t.week - 1);
    while (day > length) { day -= 7; }
    return first + (day - 1) * DAY * MINUTE + (t.minute - offset) * MINUTE;
}
function offsetAt(zone, ms) {
    if (zone.saving === 0) { return zone.offset; }
    const year = new Date(ms + zone.offset * MINUTE).getUTCFullYear(), summer = zone.offset + zone.saving;
    const begins = turnAt(zone.begins, year, zone.offset), ends = turnAt(zone.ends, year, summer);
    const is = begins < ends ? ms >= begins && ms < ends : ms >= begins || ms < ends;
    return is ? summer : zone.offset;
}

export function dueAfter(calendars, branch, called, minutes) {
    const { company } = calendars, own = calendars.branches.get(branch), zone = own ? own.zone : company.zone;
    let ms = called;
    for (let worked = 0; worked < minutes; ms += MINUTE) {
        const local = Math.floor(ms / MINUTE) + offsetAt(zone, ms), day = Math.floor(local / DAY);
        const weekday = (((day + 3) % 7) + 7) % 7, at = local - day * DAY;
        const hours = own?.days.get(day) ?? company.days.get(day) ?? own?.week.get(weekday) ?? company.week[weekday];
        worked += hours.some(([from, to]) => at >= from && at < to) ? 1 : 0;
    }
    return ms;
}
