// The browser's half of 86-verify.sh: node verify.mjs URL SHOTS STORY FILE... Prints ok and not ok.
import { readFileSync } from 'node:fs';
import { axe, button, claim, closed, end, go, hear, inside, knock, must, newPage, row, submit } from './lib/browser.mjs';

const [, , url, shots, story, ...files] = process.argv;
const [first, second] = files.map((f) => readFileSync(f, 'utf8').replace(/\n$/, ''));

const errors = [], asked = [];
async function open(code, { lang = 'zh-CN', width = 1280, scheme = 'light', before } = {}) {
    const page = await newPage({ viewport: { width, height: width < 700 ? 844 : 900 }, locale: lang, colorScheme: scheme });
    hear(page, errors, '', null);
    page.on('request', (r) => asked.push({ url: r.url(), body: r.postData() || '' }));
    if (before) { await page.addInitScript(before); }
    page.answer = await page.goto(`${url}/verify${code === '' ? '' : `#${code}`}`);
    await page.waitForFunction(() => document.body.dataset.ready !== undefined);
    return page;
}
const said = (page) => page.textContent('#verify');
const says = async (page, ...words) => { const t = await said(page); for (const w of words) { must(t.includes(w), `"${w}" is not in: ${t.slice(0, 700)}`); } };
const wide = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
const LOOKS = [['zh-CN', 1280, 'light'], ['en-GB', 1280, 'light'], ['zh-CN', 390, 'light'], ['en-GB', 390, 'dark']];
async function everywhere(code, name, zh, en) {
    for (const [lang, width, scheme] of LOOKS) {
        const page = await open(code, { lang, width, scheme });
        await says(page, ...(lang === 'zh-CN' ? zh : en));
        await axe(page, `${name} ${lang} ${width}`);
        must(!(await wide(page)), `${name} ${lang} scrolls sideways at ${width}`);
        await page.screenshot({ path: `${shots}/verify-${name}-${lang}-${width}.png`, fullPage: true });
        await page.context().close();
    }
}
const change = (code, at) => code.slice(0, at) + (code[at] === 'A' ? 'B' : 'A') + code.slice(at + 1);

const stories = {
    async genuine() {
        await claim('a genuine report is genuine and held, with its number, class and amount, in both languages and widths', () =>
            everywhere(first, 'genuine', ['属实', 'T01-', '253.00 元', 'A 有费', '总部已收到此凭证'], ['Genuine', 'T01-', 'CNY 253.00', 'A paid', 'Headquarters holds this report']));
        await claim('the page has its own policy, and no person\'s name stands on it', async () => {
            const page = await open(first);
            const csp = page.answer.headers()['content-security-policy'];
            must(/trusted-types 'none'/.test(csp) && /form-action 'none'/.test(csp) && /default-src 'none'/.test(csp) && !/unsafe/.test(csp), csp);
            const name = /^客户：(.*)$/m.exec(second);
            must(name && name[1].length > 1 && !(await said(page)).includes(name[1]), 'the customer is named');
            await page.context().close();
        });
        await claim('any change of the code is not genuine, and says why', async () => {
            for (const [at, words] of [[40, '不属实'], [Math.floor(first.length / 3), '不属实'], [first.length - 200, '不属实'], [5, '不属实']]) {
                const page = await open(change(first, at));
                await says(page, words);
                must(!(await page.$('.verdict.done')), `a change at ${at} is taken for genuine`);
                await page.context().close();
            }
            const cut = await open(first.slice(0, -7));
            await says(cut, '不属实');
            await cut.context().close();
        });
        await everywhereAltered();
        await claim('the text, pasted, is proved; with one figure changed it is not; it goes nowhere', async () => {
            const page = await open(first);
            await page.click('summary');
            await page.fill('#typed', `${second}\n`);
            await page.click('details button');
            await says(page, '一字不差');
            await page.fill('#typed', second.replace('253.00', '252.00'));
            await page.click('details button');
            await says(page, '这不是所签的正文');
            await axe(page, 'the text');
            await page.screenshot({ path: `${shots}/verify-text.png`, fullPage: true });
            await page.click('.top-line button');
            await page.waitForFunction(() => /Genuine/.test(document.querySelector('#verify').textContent));
            must(await page.inputValue('#typed') === second.replace('253.00', '252.00'), 'what was typed stays when the language changes');
            await page.context().close();
        });
        await claim('script where a code or a text belongs is text and not genuine', async () => {
            const evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>';
            for (const code of [encodeURIComponent(evil), evil, `${first}${evil}`, `javascript:window.hacked=3//${first}`]) {
                const page = await open(code);
                await page.waitForFunction(() => document.querySelector('.verdict'));
                must(!(await page.$('.verdict.done')), `${code.slice(-60)} is taken for genuine`);
                must(!(await page.evaluate(() => window.hacked || document.querySelector('img[src="x"], [onerror]'))), `${code.slice(0, 30)} became more than text`);
                await page.context().close();
            }
            const page = await open(first);
            await page.click('summary');
            await page.fill('#typed', `${evil}\n${second}`);
            await page.click('details button');
            await says(page, '这不是所签的正文');
            must(!(await page.evaluate(() => window.hacked || document.querySelector('img[src="x"], [onerror]'))), 'a pasted text became more than text');
            await page.context().close();
        });
        await claim('without a code it says what to do; without Ed25519 it says so and nothing is genuine', async () => {
            await everywhere('', 'empty', ['还没有可核对的内容'], ['Nothing to check yet']);
            const page = await open(first, { before: () => { const real = crypto.subtle.importKey; crypto.subtle.importKey = function (...a) { if (a[2] && a[2].name === 'Ed25519') { return Promise.reject(new DOMException('no', 'NotSupportedError')); } return real.apply(this, a); }; } });
            await says(page, '未核对', 'Ed25519');
            must(!(await page.$('.verdict.done')) && !(await said(page)).includes('253.00'), 'nothing is shown as checked');
            await page.screenshot({ path: `${shots}/verify-no-ed25519.png` });
            await page.context().close();
        });
    },
    async unknown() {
        await claim('one that headquarters does not hold: genuine, and that it is not there', () =>
            everywhere(first, 'unknown', ['属实', '总部没有收到此凭证', '送交总部'], ['Genuine', 'does not hold', 'Send it to headquarters']));
        await claim('whoever holds it sends it in: kept, said so, and said so to the next', async () => {
            const page = await open(first, { lang: 'en-GB' });
            await page.click('text=Send it to headquarters');
            await page.waitForFunction(() => /Thank you/.test(document.querySelector('#verify').textContent));
            await axe(page, 'sent');
            await page.screenshot({ path: `${shots}/verify-sent.png`, fullPage: true });
            const sent = asked.filter((r) => r.body).pop();
            must(/"entry"/.test(sent.body) && !sent.body.includes('salt') && sent.body.length < 2000, 'entry and certificate alone were sent');
            await page.context().close();
            const next = await open(first);
            await says(next, '已有人送交');
            await next.context().close();
        });
        await claim('the supervisor sees it raised, with the reason in words', () => office('客户出示而总部没有', '客户出示了属实的签字'));
        await claim('she says that it was seen to, and why: that stands in its history, in both languages and widths, and it is raised no more', seenTo);
    },
    async came() {
        await claim('once the handheld has synced it is held, and the register says that it came', async () => {
            const page = await open(first);
            await says(page, '总部已收到此凭证');
            await page.context().close();
            await office(null, '其后已收到');
        });
    },
    async stopped() {
        await claim('of a handheld that was stopped later: held, and it stands', () => everywhere(first, 'stopped', ['属实', '该技术员手机后来停用'], ['Genuine', 'was stopped later']));
        await claim('of a stopped handheld and not held: a warning', () => everywhere(second, 'stopped-unknown', ['总部没有收到', '拿着停用技术员手机的人'], ['does not hold', 'Whoever has a stopped handheld']));
    },
};
async function everywhereAltered() {
    await claim('an altered report looks it in both languages and widths', () => everywhere(change(first, 60), 'altered', ['不属实'], ['Not genuine']));
}
async function supervisor(lang, width) {
    const page = await newPage({ viewport: { width, height: 800 }, locale: lang });
    hear(page, errors, 'super');
    await page.goto(url);
    await knock(page, 'super');
    return inside(page);
}
async function seenTo() {
    const desk = async (lang, width) => {
        const page = await supervisor(lang, width);
        await go(page, '#/quarantine');
        await row(page, lang === 'zh-CN' ? '客户出示' : 'Shown by a customer').locator('a').first().click();
        await button(page, 'settle').waitFor();
        return page;
    };
    const zh = await desk('zh-CN', 390), en = await desk('en-GB', 1280);
    await button(zh, 'settle').click();
    await zh.waitForSelector('#dialog[open]');
    await axe(zh, 'seen to');
    await zh.screenshot({ path: `${shots}/item-form-zh.png`, fullPage: true });
    await submit(zh);
    must((await zh.textContent('#dialog .error')).includes('理由'), 'a reason is asked for');
    await zh.selectOption('#dialog [name=reason]', '3');
    await submit(zh);
    await closed(zh);
    for (const [page, lang, words] of [[zh, 'zh', ['收到', '已处理：已询问发送人', '服务主任', '技术员']], [en, 'en', ['It came in', 'Seen to: Whoever sent it was asked', 'Supervisor', 'Technician']]]) {
        await page.waitForFunction((w) => document.querySelector('#detail').textContent.includes(w), words[1]); // the other one sees it by itself
        const text = await page.textContent('#detail');
        for (const w of words) { must(text.includes(w), `${w} is not told: ${text.slice(0, 600)}`); }
        must(await page.locator('#detail .timeline li .muted').first().textContent() === '', 'somebody is named as who brought it: a customer did');
        must(await button(page, 'settle').count() === 0, 'it is offered again');
        await axe(page, `an item ${lang}`);
        must(!(await wide(page)), `${lang} scrolls sideways`);
        await page.screenshot({ path: `${shots}/item-${lang}.png`, fullPage: true });
    }
    await go(en, '#/');
    must(await en.locator('.tile', { hasText: 'Shown by customers' }).count() === 0, 'it is still raised');
    await zh.context().close();
    await en.context().close();
}
// What the supervisor's dashboard and register say of what was shown.
async function office(tile, words) {
    const page = await supervisor('zh-CN', 1280);
    if (tile) { await page.locator('.tile', { hasText: tile }).waitFor(); }
    await go(page, '#/quarantine');
    await row(page, words).first().waitFor();
    await page.screenshot({ path: `${shots}/verify-office-${story}.png` });
    await page.context().close();
}

await stories[story]();
await claim(`nothing was asked of another host, no address held the code, and no error was shown (${story})`, async () => {
    const away = asked.filter((r) => !r.url.startsWith(url));
    must(away.length === 0, away.map((r) => r.url).join(' '));
    must(!asked.some((r) => r.url.split('#')[0].includes(first.slice(100, 140))), 'the code went out in an address');
    must(errors.length === 0, errors.join(' | '));
});
await end();
