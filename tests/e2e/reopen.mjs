// The browser's half of 88-reopen.sh: node reopen.mjs URL SHOTS JOB. Prints ok and not ok.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const [, , url, shots, job] = process.argv;
let failures = 0;
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
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: false, args: ['--no-sandbox', '--disable-gpu', '--headless=new', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const errors = [];
async function open(login, lang, width) {
    const context = await browser.newContext({ viewport: { width, height: 844 }, locale: lang, timezoneId: 'Asia/Shanghai' });
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    page.on('pageerror', (e) => errors.push(e.message));
    await page.goto(url);
    await page.fill('#login', login);
    await page.fill('#password', 'a long password');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.body.dataset.ready !== undefined);
    await page.evaluate(() => { delete document.body.dataset.ready; location.hash = '#/vouchers'; });
    await page.waitForFunction(() => document.body.dataset.ready === '#/vouchers');
    await page.locator('#rows tbody tr', { hasText: job }).locator('a').first().click();
    await page.waitForSelector('#detail h2');
    return page;
}
async function axe(page, where) {
    await page.evaluate(axeSource);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
    const bad = found.violations.filter((v) => ['serious', 'critical'].includes(v.impact));
    must(bad.length === 0, `${where}: ${bad.map((v) => v.id).join(' ')}`);
}
await claim('the record of a signed call links both papers of its report; the clerk has no button to reopen', async () => {
    const page = await open('clerk', 'zh-CN', 1280);
    const links = await page.locator('#detail .papers a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    must(links.length === 2 && links.every((h) => /report\.pdf\?paper=(a4|80mm)&visit=[0-9a-f]{16}&version=1$/.test(h)), links.join(' '));
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator('#detail .papers a').first().click()]);
    must(readFileSync(await file.path()).subarray(0, 5).toString() === '%PDF-' && /-1\.pdf$/.test(file.suggestedFilename()), file.suggestedFilename());
    must(await page.locator('#detail [data-act=reopen]').count() === 0, 'it is offered');
    await axe(page, 'a signed call');
    await page.screenshot({ path: `${shots}/signed-zh.png` });
    await page.context().close();
});
await claim('the supervisor reopens it by the form; the record says that it counts as unsigned', async () => {
    const small = await open('super', 'zh-CN', 390);
    await small.locator('#detail [data-act=reopen]').click();
    await small.waitForSelector('#dialog[open]');
    must((await small.textContent('#dialog')).includes('已签的内容保持原样'), 'what it means is said');
    await axe(small, 'the form');
    await small.screenshot({ path: `${shots}/reopen-zh-390.png` });
    const page = await open('super', 'en-GB', 1280);
    await page.locator('#detail [data-act=reopen]').click();
    await page.waitForSelector('#dialog[open]');
    await page.click('#dialog button[value=go]');
    must((await page.textContent('#dialog .error')).includes('Reason'), 'a reason is asked for');
    await page.selectOption('#dialog [name=reason]', '1');
    await page.click('#dialog button[value=go]');
    await page.waitForFunction(() => !document.querySelector('#dialog').open);
    await page.waitForFunction(() => /counts as unsigned/.test(document.querySelector('#detail').textContent));
    must(await page.locator('#detail [data-act=reopen]').count() === 0, 'it is offered again');
    await axe(page, 'a reopened call');
    await page.screenshot({ path: `${shots}/reopened-en.png` });
});
await claim('no error was shown', async () => must(errors.length === 0, errors.join(' | ')));
await browser.close();
process.exit(failures ? 1 : 0);
