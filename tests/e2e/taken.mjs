// The browser's half of 89-taken-call.sh: node taken.mjs URL SHOTS PROVISIONAL. Prints ok and not ok.
// A clerk finds the call that a technician took, looks at what is new with it, mends it, and puts it on file.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const [, , url, shots, provisional] = process.argv;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: false, args: ['--no-sandbox', '--disable-gpu', '--headless=new', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });

let failures = 0;
const errors = [];
async function claim(words, f) {
    try {
        await f();
        console.log(`ok - ${words}`);
    } catch (e) {
        failures++;
        console.log(`not ok - ${words}`);
        console.log(`# ${String(e.stack || e).split('\n').slice(0, 6).join(' | ').slice(0, 900)}`);
    }
}
function must(fact, words) { if (!fact) { throw new Error(words); } }
async function open(lang, width) {
    const context = await browser.newContext({ viewport: { width, height: 800 }, locale: lang, timezoneId: 'Asia/Shanghai' });
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    page.on('console', (m) => { if (m.type() === 'error' && !/status of (400|401|409|429)/.test(m.text())) { errors.push(m.text()); } });
    page.on('pageerror', (e) => errors.push(e.message));
    await page.goto(url);
    await page.fill('#login', 'clerk');
    await page.fill('#password', 'a long password');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.body.dataset.ready !== undefined);
    await page.evaluate(() => { delete document.body.dataset.ready; location.hash = '#/proposals'; });
    await page.waitForFunction(() => document.body.dataset.ready === '#/proposals');
    return page;
}
async function axe(page, where) {
    await page.evaluate(axeSource);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
    const bad = found.violations.filter((v) => ['serious', 'critical'].includes(v.impact));
    must(bad.length === 0, `${where}: ${bad.map((v) => v.id).join(' ')}`);
    await page.screenshot({ path: `${shots}/${where}.png` });
}
const look = async (page) => {
    await page.locator('#rows tbody tr', { hasText: 'Ice maker' }).locator('a').click();
    await page.locator('#detail button[data-act="looked"]').waitFor();
    return page.textContent('#detail');
};

const wide = await open('zh-CN', 1280), narrow = await open('en-GB', 390);
await claim('the clerk finds it among the proposals, with customer and equipment by name, in both languages and widths', async () => {
    for (const [page, warning, name] of [[wide, '由技术员接报', 'taken-zh-1280'], [narrow, 'A technician took this call', 'taken-en-390']]) {
        const text = await look(page);
        for (const words of [warning, provisional, 'Harbour Canteen', 'Ice maker', 'no ice']) { must(text.includes(words), `${words}: ${text.slice(0, 400)}`); }
        must(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no scrolling sideways');
        await axe(page, name);
    }
});
await claim('its equipment is one tap from the call, and is mended by its form', async () => {
    await wide.locator('#detail dd a', { hasText: 'Ice maker' }).click();
    await wide.locator('#detail button[data-act="edit"]').click();
    await wide.fill('#dialog [name=model]', 'IM-5');
    await wide.click('#dialog button[value=go]');
    await wide.waitForFunction(() => !document.querySelector('#dialog').open && document.querySelector('#detail').textContent.includes('IM-5'));
    await wide.goBack();
});
await claim('put on file, it leaves the proposals, and the other clerk\'s page says so by itself', async () => {
    await look(wide);
    await wide.locator('#detail button[data-act="looked"]').click();
    await wide.waitForSelector('#dialog[open]');
    await axe(wide, 'taken-form-zh');
    await wide.click('#dialog button[value=go]');
    for (const page of [wide, narrow]) {
        await page.waitForFunction(() => !document.querySelector('#detail [data-act="looked"]'));
        await page.waitForFunction(() => !document.querySelector('#rows').textContent.includes('Ice maker'));
    }
    await narrow.waitForFunction(() => !/waits to be put on file/.test(document.querySelector('#detail').textContent));
});
await claim('no error in the browser', async () => must(errors.length === 0, errors.slice(0, 3).join(' | ')));
await browser.close();
process.exit(failures ? 1 : 0);
