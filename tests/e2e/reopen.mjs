// The browser's half of 88-reopen.sh: node reopen.mjs URL SHOTS JOB. Prints ok and not ok.
import { readFileSync } from 'node:fs';
import { axe, claim, end, go, hear, inside, knock, must, newPage, row } from './lib/browser.mjs';

const [, , url, shots, job] = process.argv;
const errors = [];
async function open(login, lang, width) {
    const page = await newPage({ viewport: { width, height: 844 }, locale: lang });
    hear(page, errors);
    await page.goto(url);
    await knock(page, login);
    await inside(page);
    await go(page, '#/vouchers');
    await row(page, job).locator('a').first().click();
    await page.waitForSelector('#detail h2');
    return page;
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
await end();
