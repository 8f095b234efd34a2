// A password's field: what was typed may be looked at, and a new one is told how good it is. The server judges; this
// counts as it does (acct_password.c), but for its list of favourites.
import { _, N_ } from './i18n.js';

const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1234567890', 'abcdefghijklmnopqrstuvwxyz', '1qaz2wsx3edc4rfv5tgb6yhn7ujm', '!@#$%^&*()'];
const LEAST = 12, ENOUGH = 7, GOOD = 14;

function run(s, at) {
    let most = 1;
    while (s[at + most] === s[at]) { most++; }
    most = most >= 3 ? most : 1;
    for (const row of ROWS) {
        for (const step of [1, -1]) {
            let n = 0;
            const from = row.indexOf(s[at]);
            while (from >= 0 && at + n < s.length && row[from + step * n] === s[at + n]) { n++; }
            if (n >= 3 && n > most) { most = n; }
        }
    }
    return most;
}
function again(s, at) {
    let most = 1;
    for (let p = 1; p <= at; p++) {
        let n = 0;
        while (at + n < s.length && s[at + n] === s[at + n - p]) { n++; }
        if (n >= p && n > most) { most = n; }
    }
    return most;
}
export function pieces(text) {
    const s = [...text.toLowerCase()];
    let n = 0;
    for (let at = 0; at < s.length; n++) { at += Math.max(run(s, at), again(s, at)); }
    return n;
}
const long = (text) => [...text.replace(/ +/g, ' ')].length;
const WORDS = [N_('12 characters or more.'), N_('Guessed at once: words, rows of keys and repeats count little.'), N_('It will do.'), N_('Good.')];
const grade = (text) => (long(text) < LEAST ? 0 : pieces(text) < ENOUGH ? 1 : pieces(text) < GOOD ? 2 : 3);

// dress: every password's field below `root`.
export function dress(root) {
    root.querySelectorAll('input[type=password]').forEach((input) => {
        const look = document.createElement('button');
        look.type = 'button';
        look.className = 'link look';
        look.setAttribute('aria-controls', input.id);
        const set = (shown) => {
            input.type = shown ? 'text' : 'password';
            look.textContent = shown ? _('Hide') : _('Show');
            look.setAttribute('aria-pressed', String(shown));
        };
        look.onclick = () => set(input.type === 'password');
        set(false);
        input.after(look);
        if (input.autocomplete !== 'new-password') { return; }
        const meter = document.createElement('meter');
        Object.assign(meter, { min: 0, max: 3, low: 2, high: 2.5, optimum: 3, hidden: true });
        meter.setAttribute('aria-label', _('How good the password is'));
        const words = document.createElement('p');
        words.className = 'hint strength';
        words.setAttribute('role', 'status');
        input.oninput = () => {
            meter.hidden = !input.value;
            meter.value = grade(input.value);
            words.textContent = input.value ? _(WORDS[grade(input.value)]) : '';
        };
        look.after(meter, words);
    });
}
