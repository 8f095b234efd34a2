// Real browsers beside the load: node browsers.mjs URL PASSWORD LOGIN... : one Chromium a login. Each logs in; then
// "ready" is printed and a line with SECONDS awaited; then each clicks from page to page of the side bar, as somebody
// does who looks for something, with its live updates open. Lines: "page US", "live US" (a change that came by itself,
// from its event to the frame that shows it), "failed WORDS", and in the end "events N".
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(new URL('../package.json', import.meta.url));
const { chromium } = require('playwright-core');
const [, , url, password, ...logins] = process.argv;
const PATIENCE_MS = 20000;
const PAUSE_MS = 700; // between two clicks of somebody in a hurry
const WANTED = ['calls', 'dashboard', 'board', 'customers', 'vouchers', 'devices', 'calls', 'equipment', 'days'];
const say = (line) => process.stdout.write(`${line}\n`);
const failed = (words) => say(`failed ${String(words).replace(/\s+/g, ' ').slice(0, 160)}`);
const pause = (ms) => new Promise((f) => setTimeout(f, ms));

// In the page: each event of the stream, and the first frame after what it brought is drawn.
function watch() {
    window.bench = { events: 0, since: 0, live: [] };
    const Real = window.EventSource;
    window.EventSource = class extends Real {
        constructor(...given) {
            super(...given);
            this.addEventListener('changed', () => {
                window.bench.events++;
                window.bench.since = window.bench.since || performance.now();
            });
        }
    };
    new MutationObserver(() => {
        const from = window.bench.since;
        if (!from || !document.querySelector('#main')) { return; }
        window.bench.since = 0;
        requestAnimationFrame(() => window.bench.live.push(performance.now() - from));
    }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
}

async function open(login) {
    const browser = await chromium.launch({
        executablePath: '/usr/bin/chromium', headless: false,
        args: ['--no-sandbox', '--disable-gpu', '--headless=new', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'zh-CN' })).newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (e) => failed(e.message));
    page.on('response', (r) => { if (r.status() >= 400 && !(r.status() === 401 && r.url().endsWith('/session'))) { failed(`${r.status()} ${r.url()}`); } });
    page.on('requestfailed', (r) => { if (!/ERR_ABORTED/.test(r.failure()?.errorText || '')) { failed(`${r.url()} ${r.failure()?.errorText}`); } });
    await page.addInitScript(watch);
    await page.goto(url);
    await page.fill('#login', login);
    await page.fill('#password', password);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.body.dataset.ready !== undefined);
    return { browser, page };
}

// From the click to the frame in which the page stands, measured where it happens.
async function visit(page, name) {
    const us = await page.evaluate(async ([want, patience]) => {
        const link = document.querySelector(`nav a[data-page="${want}"]`);
        if (!link) { throw new Error(`no page ${want}`); }
        delete document.body.dataset.ready;
        const from = performance.now();
        link.click();
        while (document.body.dataset.ready !== `#/${want}`) {
            if (performance.now() - from > patience) { throw new Error(`${want} does not come`); }
            await new Promise((f) => setTimeout(f, 4));
        }
        await new Promise((f) => requestAnimationFrame(f));
        if (!document.querySelector('h1')) { throw new Error(`${want} is empty`); }
        return (performance.now() - from) * 1000;
    }, [name, PATIENCE_MS]);
    say(`page ${Math.round(us)}`);
}

async function work({ page }, k, until) {
    for (let turn = k; Date.now() < until; turn++) {
        try {
            await visit(page, WANTED[turn % WANTED.length]);
        } catch (e) {
            failed(e.message);
        }
        await pause(PAUSE_MS);
    }
    const { events, live } = await page.evaluate(() => window.bench);
    live.forEach((ms) => say(`live ${Math.round(ms * 1000)}`));
    return events;
}

const open_ = [];
for (const login of logins) { open_.push(await open(login)); }
say('ready');
const seconds = Number((await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next()).value);
const events = await Promise.all(open_.map((b, k) => work(b, k * 4, Date.now() + seconds * 1000)));
say(`events ${events.reduce((a, b) => a + b, 0)}`);
await Promise.all(open_.map((b) => b.browser.close()));
process.exit(0);
