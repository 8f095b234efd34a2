// What the browser's halves share: Debian's Chromium, claims, axe-core, and the console's door, forms and rows.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../../package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const PASSWORD = 'a long password'; // of every login that the stories make

export const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium', headless: false,
    args: ['--no-sandbox', '--disable-gpu', '--headless=new', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

// ---- claims ---------------------------------------------------------------------------------------
let failures = 0;
const chosen = process.env.CLAIM ? new RegExp(process.env.CLAIM) : null; // while one is worked on
export async function claim(words, f) {
    if (chosen && !chosen.test(words)) { return; }
    try {
        await f();
        console.log(`ok - ${words}`);
    } catch (e) {
        failures++;
        console.log(`not ok - ${words}`);
        console.log(`# ${String(e.stack || e).split('\n').slice(0, 6).join(' | ').slice(0, 900)}`);
    }
}
export function must(fact, words) { if (!fact) { throw new Error(words); } }
export async function end() {
    await browser.close();
    process.exit(failures ? 1 : 0);
}

// ---- pages ----------------------------------------------------------------------------------------
// SLOW=SEED[:RATE]: as on a small machine far away. Each page's processor is RATE times slower (4), and each request
// leaves up to 300 ms later, by a row of chances that the seed begins.
const [seed, rate = 4] = (process.env.SLOW || '').split(':').map(Number);
const LATER_MS = 300;
let chances = seed;
function chance() {
    chances = (Math.imul(chances, 1664525) + 1013904223) >>> 0;
    return chances / 2 ** 32;
}
async function slowed(context, page) {
    await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate });
    await context.route('**/*', async (route) => {
        await new Promise((go) => { setTimeout(go, chance() * LATER_MS); });
        await route.continue().catch(() => {}); // the page is gone
    });
}
export async function newPage(options, patience = 20000) {
    const context = await browser.newContext({ timezoneId: 'Asia/Shanghai', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(seed ? 6 * patience : patience);
    if (seed) { await slowed(context, page); }
    return page;
}
// What a page says to nobody goes into `errors`; the refusals that a story asks for are the browser's remark, not ours.
export function hear(page, errors, who = '', asked = /status of (400|401|409|429)/) {
    const put = (words) => errors.push(who ? `${who}: ${words}` : words);
    page.on('console', (m) => { if (m.type() === 'error' && !(asked && asked.test(m.text()))) { put(m.text()); } });
    page.on('pageerror', (e) => put(e.message));
}
export async function axe(page, where, within = '') {
    if (!await page.evaluate(() => Boolean(window.axe))) { await page.evaluate(axeSource); } // by the driver, not as a script of the page: our CSP stands
    const found = await page.evaluate((part) => window.axe.run(part || document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }), within);
    const bad = found.violations.filter((v) => ['serious', 'critical'].includes(v.impact));
    must(bad.length === 0, `${where}: ${bad.map((v) => `${v.id} ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 120)).join(' ; ')}`).join(' | ')}`);
}

// ---- the console ----------------------------------------------------------------------------------
export async function knock(page, login, password = PASSWORD) {
    await page.fill('#login', login);
    await page.fill('#password', password);
    await page.keyboard.press('Enter');
}
export const inside = async (page) => { await page.waitForFunction(() => document.body.dataset.ready !== undefined); return page; };
export async function go(page, hash) {
    await page.evaluate((h) => { delete document.body.dataset.ready; if (location.hash === h) { dispatchEvent(new HashChangeEvent('hashchange')); } else { location.hash = h; } }, hash);
    await page.waitForFunction((h) => document.body.dataset.ready === h, hash);
}
export const row = (page, text) => page.locator('#rows tbody tr', { hasText: text });
export const button = (page, name) => page.locator(`#detail button[data-act="${name}"]`);
export const submit = (page) => page.click('#dialog button[value=go]');
export const closed = (page) => page.waitForFunction(() => !document.querySelector('#dialog').open);
