// The browser's half of 87-forms.sh: node forms.mjs URL SHOTS EDITION. Prints ok and not ok.
import { readFileSync } from 'node:fs';
import { PASSWORD, axe, button, claim, closed, end, go, hear, inside, knock, must, newPage, row, submit } from './lib/browser.mjs';

const [, , url, shots, edition] = process.argv;

const errors = [], outside = [];
async function open(login, { lang = 'zh-CN', width = 1280, password = PASSWORD } = {}) {
    const page = await newPage({ viewport: { width, height: 800 }, locale: lang, acceptDownloads: true });
    hear(page, errors, login);
    page.on('request', (r) => { if (!r.url().startsWith(url) && !/^(data|blob):/.test(r.url())) { outside.push(r.url()); } });
    await page.addInitScript(() => { window.print = () => { window.printed = (window.printed || 0) + 1; }; });
    await page.goto(url);
    await knock(page, login, password);
    return page;
}
const shot = (page, name) => page.screenshot({ path: `${shots}/${name}.png` });
async function fill(page, fields) {
    await page.waitForSelector('#dialog[open]');
    for (const [name, value] of Object.entries(fields)) {
        const input = page.locator(`#dialog [name=${name}]`);
        if (await input.evaluate((e) => e.tagName) === 'SELECT') { await input.selectOption(value); } else { await input.fill(value); }
    }
}
// The form behind a button, or behind N; its picture when it is named.
async function act(page, name, fields = {}, look) {
    if (name === 'n') { await page.keyboard.press('n'); } else { await button(page, name).click(); }
    await fill(page, fields);
    if (look) { await axe(page, look); await shot(page, `form-${look}`); }
    await submit(page);
    await closed(page);
}
async function sheet(page, name, ...words) {
    await page.evaluate(() => { window.printed = 0; });
    await button(page, name).click();
    must(await page.evaluate(() => window.printed === 1), 'print was asked for');
    await page.emulateMedia({ media: 'print' });
    must(await page.isVisible('#paper article') && !(await page.isVisible('#root')), 'only the sheet');
    const text = await page.textContent('#paper');
    for (const w of words) { must(text.includes(w), `${w} is not on the sheet: ${text.slice(0, 300)}`); }
    await shot(page, `sheet-${name}-${await page.evaluate(() => document.documentElement.lang)}`);
    await page.emulateMedia({ media: 'screen' });
}
const gone = async (page, name) => must(await button(page, name).count() === 0, `${name} is offered`);

const clerk = await inside(await open('clerk'));
const boss = await inside(await open('super', { lang: 'en-GB' }));

await claim('goods come in, are repaired, sent back once, passed, returned, and their receipt is voided, each by its form', async () => {
    await go(clerk, '#/goods');
    await act(clerk, 'n', { job: 'J-261120-01', what: '挂机外机主板', receipt: 'LQ-0001', acknowledged: '1', technician: 'T01', shelf: 'A-3', due: '2030-01-02T10:00' }, 'goods');
    await clerk.waitForSelector('#detail h2');
    await gone(clerk, 'pass');
    await act(clerk, 'begin', { repairer: 'T02' });
    await button(clerk, 'finish').waitFor();
    await act(clerk, 'help');
    await gone(clerk, 'answer');
    await go(boss, '#/cards?only=waiting');
    await row(boss, 'LQ-0001').click();
    await button(boss, 'answer').click(); // what says too little is refused, and says so
    await fill(boss, { decision: '4' });
    await submit(boss);
    await boss.waitForFunction(() => /Say who comes or takes over/.test(document.querySelector('#dialog .error').textContent));
    await boss.keyboard.press('Escape');
    await closed(boss);
    const narrow = await inside(await open('super', { lang: 'zh-CN', width: 390 }));
    await go(narrow, '#/cards?only=waiting');
    await row(narrow, 'LQ-0001').click();
    await button(narrow, 'answer').click();
    await narrow.waitForSelector('#dialog[open] [name=words]');
    await shot(narrow, 'help-answer-zh-390');
    await narrow.context().close();
    await act(boss, 'answer', { decision: '4', when_ms: '2030-01-05T09:00', words: 'The board comes on Friday. '.repeat(120).trim() }, 'help-answer');
    await boss.waitForFunction(() => /Help request answered: Another time was agreed · 2030-01-05 09:00 · The board comes/.test(document.querySelector('#detail').textContent));
    await shot(boss, 'help-answered');
    await boss.waitForFunction(() => !document.querySelector('tbody tr')); // it left the list of those that wait
    await clerk.waitForFunction(() => /另约了时间|答复/.test(document.querySelector('#detail').textContent));
    await act(clerk, 'finish', { minutes: '45' }, 'goods-finish');
    await gone(clerk, 'pass');
    await go(boss, '#/goods');
    await row(boss, 'LQ-0001').click();
    await act(boss, 'reject');
    await button(clerk, 'finish').waitFor();
    await act(clerk, 'finish', { minutes: '60' });
    await act(boss, 'pass', {}, 'goods-pass');
    await act(clerk, 'out');
    await button(clerk, 'void').waitFor();
    await act(clerk, 'void');
    await clerk.waitForFunction(() => /作废/.test(document.querySelector('#detail').textContent));
    await clerk.waitForFunction(() => !document.querySelector('#detail [data-act=void]'));
});
await claim('the goods receipt and the repair card print as sheets, in both languages', async () => {
    await sheet(clerk, 'receipt', '客户商品领取收据', 'LQ-0001', '挂机外机主板');
    await sheet(clerk, 'card', '修护卡', 'LQ-0001', '60', '验讫');
    await boss.waitForFunction(() => /Receipt void/.test(document.querySelector('#detail .sum').textContent));
    await sheet(boss, 'card', 'Repair card', 'LQ-0001', 'Passed inspection');
});
await claim('a daily report goes from the supervisor by the manager to the service department', async () => {
    const manager = await inside(await open('manager')), dept = await inside(await open('dept'));
    await go(boss, '#/days');
    await act(boss, 'n', { day: '2026-11-20', technician: 'T01', a: '120', b: '60', c: '0', d: '30' }, 'day');
    await boss.waitForSelector('#detail h2');
    await act(boss, 'review');
    await gone(boss, 'sign');
    for (const [page, name] of [[manager, 'sign'], [dept, 'receive']]) {
        await go(page, '#/days');
        await row(page, '2026-11-20').click();
        await act(page, name);
        await page.waitForFunction((n) => !document.querySelector(`#detail [data-act=${n}]`), name);
    }
    await button(boss, 'paper').waitFor();
    await sheet(boss, 'paper', 'Daily report', '2026-11-20', '120');
    await manager.context().close();
    await dept.context().close();
});
await claim('the supervisor\'s own report is added up from those of the day, by person and class; what he typed stays', async () => {
    const has = (wanted) => boss.waitForFunction((w) => { const e = document.querySelector('#dialog form').elements; return Object.entries(w).every(([k, v]) => e[k].value === v); }, wanted);
    await go(boss, '#/days');
    await boss.keyboard.press('n');
    await fill(boss, { day: '2026-11-20' });
    await boss.keyboard.press('Tab');
    await has({ a: '120', b: '60', c: '0', d: '30', lines: '陈志强 A 120 B 60 D 30' });
    await boss.selectOption('#dialog [name=technician]', 'T01');
    await has({ a: '', lines: '' });
    await boss.selectOption('#dialog [name=technician]', '');
    await has({ a: '120' });
    await fill(boss, { b: '75', note: 'one visit more' });
    await boss.selectOption('#dialog [name=technician]', 'T01');
    await boss.selectOption('#dialog [name=technician]', '');
    await has({ a: '120', b: '75', note: 'one visit more' });
    await shot(boss, 'own-report');
    await submit(boss);
    await boss.waitForFunction(() => /陈志强 A 120/.test(document.querySelector('#detail').textContent));
});
await claim('reports beyond one page are added up, too; what cannot be read is said, in no numbers, and pressing again looks again', async () => {
    const technicians = await boss.evaluate(() => fetch('/api/v1/registers/people?limit=200').then((r) => r.json()).then((p) => p.rows.filter((r) => r.fields.role === 'technician').map((r) => r.code)));
    for (const code of technicians.slice(1, 3)) {
        await go(boss, '#/days');
        await act(boss, 'n', { day: '2026-11-20', technician: code, a: '5', b: '0', c: '0', d: '0' });
    }
    const has = (wanted) => boss.waitForFunction((w) => { const e = document.querySelector('#dialog form').elements; return Object.entries(w).every(([k, v]) => e[k].value === v); }, wanted);
    const asked = /registers\/days\?from=/;
    await boss.route(asked, (route) => route.continue({ url: route.request().url().replace('limit=200', 'limit=1') }));
    await go(boss, '#/days');
    await boss.keyboard.press('n');
    await fill(boss, { day: '2026-11-20' });
    await boss.keyboard.press('Tab');
    await has({ a: '130', b: '60', c: '0', d: '30' });
    await boss.unroute(asked);
    await boss.route(asked, (route) => route.fulfill({ status: 429, contentType: 'application/problem+json', body: '{"type":"/problems/rate"}' }));
    await fill(boss, { day: '2026-11-19' });
    await boss.keyboard.press('Tab');
    await boss.waitForFunction(() => /^Not added up: ./.test(document.querySelector('#dialog .error').textContent));
    await has({ a: '', b: '', c: '', d: '', lines: '' });
    const why = await boss.textContent('#dialog .error');
    must(/read/.test(why) && !/written/.test(why), `a look that failed is no writing that failed: ${why}`);
    await shot(boss, 'not-added-up');
    const refused = boss.waitForResponse((r) => asked.test(r.url()) && r.status() === 429);
    await fill(boss, { day: '2026-11-20' });
    await boss.keyboard.press('Tab');
    await refused;
    await boss.unroute(asked);
    const sent = [];
    boss.on('request', (r) => { if (r.method() === 'POST' && /\/days$/.test(r.url())) { sent.push(r.url()); } });
    await submit(boss);
    await has({ a: '130' });
    await boss.waitForFunction(() => document.querySelector('#dialog .error').hidden);
    must(!sent.length && await boss.evaluate(() => document.querySelector('#dialog').open), 'it went out before it was added up');
    await boss.keyboard.press('Escape');
    await closed(boss);
});
await claim('an invoice is made, handed over and printed; one without a number is refused by a sentence', async () => {
    const acct = await inside(await open('acct'));
    await go(acct, '#/invoices');
    await acct.keyboard.press('n');
    await fill(acct, { job: 'J-261120-01', amount: '253.00' });
    await submit(acct);
    must((await acct.textContent('#dialog .error')).includes('编号'), 'the missing number is named');
    await fill(acct, { code: 'FP-0001' });
    await axe(acct, 'invoice');
    await submit(acct);
    await closed(acct);
    await acct.waitForSelector('#detail h2');
    await act(acct, 'hand');
    await acct.waitForFunction(() => !document.querySelector('#detail [data-act=hand]'));
    await sheet(acct, 'paper', '发票', 'FP-0001', '253.00 元');
    await acct.context().close();
});

const admin = await inside(await open('admin', { lang: 'en-GB' }));
await claim('a login is made, used, given a new password, shut and opened again', async () => {
    await go(admin, '#/users');
    await admin.keyboard.press('n');
    await fill(admin, { login: 'newclerk', name: '=1+1', role: 'clerk', password: 'short' });
    await submit(admin);
    await admin.waitForFunction(() => document.querySelector('#dialog .error').textContent.length > 5);
    await fill(admin, { password: 'long enough words' });
    await axe(admin, 'user');
    await shot(admin, 'form-user');
    await submit(admin);
    await closed(admin);
    const one = await inside(await open('newclerk', { password: 'long enough words' }));
    await go(admin, '#/users');
    await row(admin, 'newclerk').click();
    await act(admin, 'password', { new_password: 'other long words' }, 'password');
    await one.evaluate(() => { location.hash = '#/calls'; });
    await one.waitForSelector('#login'); // its session ended
    await one.context().close();
    const two = await inside(await open('newclerk', { password: 'other long words' }));
    await two.context().close();
    await act(admin, 'disable');
    await button(admin, 'enable').waitFor();
    const three = await open('newclerk', { password: 'other long words' });
    await three.waitForFunction(() => { const e = document.querySelector('.error'); return e && e.textContent.length > 3; });
    await three.context().close();
    await act(admin, 'enable');
    await button(admin, 'disable').waitFor();
    const four = await inside(await open('newclerk', { password: 'other long words' }));
    await act(admin, 'sessions', {}, 'sessions');
    await four.evaluate(() => { location.hash = '#/calls'; });
    await four.waitForSelector('#login'); // ended, and may come in again
    await four.context().close();
    await admin.waitForFunction(() => document.querySelector('#detail').textContent.includes('All its sessions ended'));
    const past = await admin.textContent('#detail');
    for (const w of ['Login made Administrator', 'New password', 'Login shut', 'Login opened again', 'All its sessions ended']) { must(past.includes(w), `${w} is not in its history: ${past}`); }
    await shot(admin, 'user-history');
});
await claim('the list of logins is saved as CSV, and a name that is a formula is none', async () => {
    await go(admin, '#/users');
    const [file] = await Promise.all([admin.waitForEvent('download'), admin.click('[data-key=csv]')]);
    const text = readFileSync(await file.path(), 'utf8');
    must(file.suggestedFilename() === 'users.csv' && text.startsWith('\uFEFF"Number","State"'), text.slice(0, 60));
    must(text.includes('"newclerk","Open"') && text.includes('"\'=1+1","Clerk"'), text);
    must(!/(^|,)"[=+@-]/m.test(text), 'a cell begins a formula');
    for (const name of ['devices', 'conflicts', 'quarantine', 'editions', 'tokens']) {
        await go(admin, `#/${name}`);
        const [f] = await Promise.all([admin.waitForEvent('download'), admin.click('[data-key=csv]')]);
        must(f.suggestedFilename() === `${name}.csv`, name);
    }
});
await claim('a program gets an access token, shown once, which works until it is ended', async () => {
    await go(admin, '#/tokens');
    await admin.keyboard.press('n');
    await fill(admin, { label: 'erp', login: 'newclerk', scopes: 'calls:read', days: '30' });
    await axe(admin, 'token');
    await submit(admin);
    await admin.waitForSelector('#dialog .secret code');
    const secret = (await admin.textContent('#dialog .secret code')).replace(/\s/g, '');
    await axe(admin, 'secret');
    await admin.keyboard.press('Escape');
    await closed(admin);
    const with_ = (s) => fetch(`${url}/api/v1/registers/calls`, { headers: { Authorization: `Bearer ${s}` } }).then((a) => a.status);
    must(await with_(secret) === 200, 'the token is refused');
    await go(admin, '#/tokens');
    must(!(await admin.textContent('#main')).includes(secret), 'the secret is shown again');
    await row(admin, 'erp').click();
    await act(admin, 'end');
    await admin.waitForFunction(() => document.querySelector('#detail').textContent.includes('Access ended'));
    must(await with_(secret) === 401, 'it still works');
    const past = await admin.textContent('#detail');
    for (const w of ['Access given: calls:read · until', 'Access ended', 'Administrator', 'Ended on']) { must(past.includes(w), `${w} is not in its history: ${past}`); }
    must((await row(admin, 'erp').textContent()).includes('Ended') && await button(admin, 'end').count() === 0, 'it is ended, and stays in the list');
    await axe(admin, 'an ended token');
    await shot(admin, 'token-history');
    const small = await inside(await open('admin', { width: 390 }));
    await go(small, '#/tokens');
    await row(small, 'erp').locator('a').first().click();
    await small.waitForFunction(() => /开通接入：calls:read/.test(document.querySelector('#detail').textContent));
    must((await small.textContent('#detail')).includes('接入停止'), 'its end in Chinese');
    must(await small.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'scrolls sideways');
    await axe(small, 'an ended token zh');
    await shot(small, 'token-history-zh-390');
    await small.context().close();
});

await claim('a catalogue shows what it changes before it is published; then it is in force, and the older version stays', async () => {
    const keeper = await inside(await open('keeper'));
    await go(keeper, '#/editions');
    const before = await keeper.locator('#rows tbody tr').count();
    await keeper.keyboard.press('n');
    await keeper.waitForSelector('#dialog[open] input[type=file]');
    await keeper.setInputFiles('#dialog input[type=file]', { name: 'x.cbor', mimeType: 'application/cbor', buffer: Buffer.from('not a catalogue') });
    await submit(keeper);
    await keeper.waitForFunction(() => document.querySelector('#dialog .error').textContent.length > 3);
    await keeper.setInputFiles('#dialog input[type=file]', edition);
    await submit(keeper);
    await keeper.waitForSelector('#dialog .changes');
    const text = await keeper.textContent('#dialog .changes');
    must(/新增 1，改动 1，删去 0/.test(text) && text.includes('NEW-PART-1') && text.includes('AC-CAP-35'), text.slice(0, 400));
    const hours = '分公司 HZ1 · UTC+07:00 · 周一至周五 08:00–12:00, 13:30–17:30 · 周六 09:00–12:00 · 周日 休息';
    must(text.includes(`上班时间`) && text.includes(`新增 · ${hours}`) && /公司 · UTC\+08:00 · 周一至周六/.test(text), `the calendars: ${text.slice(-400)}`);
    await axe(keeper, 'preview');
    await shot(keeper, 'preview');
    must(await keeper.locator('#rows tbody tr').count() === before, 'nothing is published yet');
    await submit(keeper);
    await closed(keeper);
    await keeper.waitForFunction((n) => document.querySelectorAll('#rows tbody tr').length === n + 1, before);
    must(await row(keeper, '已被取代').count() === before && await row(keeper, '现行').count() === 1, 'the versions');
    await shot(keeper, 'versions');
    await keeper.waitForFunction((words) => document.querySelector('#detail').textContent.includes(words), hours.split(' · ').slice(1).join(' · '));
    await button(keeper, 'file').waitFor();
    const [file] = await Promise.all([keeper.waitForEvent('download'), button(keeper, 'file').click()]);
    must(Buffer.compare(readFileSync(await file.path()), readFileSync(edition)) === 0, 'the file is not the one that was published');
    await keeper.keyboard.press('n');
    await keeper.setInputFiles('#dialog input[type=file]', edition);
    await submit(keeper);
    await keeper.waitForSelector('#dialog .changes');
    must(await keeper.locator('#dialog button[value=go]').count() === 0, 'the same number cannot be published again');
    await keeper.keyboard.press('Escape');
    await keeper.context().close();
    const narrow = await inside(await open('keeper', { lang: 'en-GB', width: 390 }));
    await go(narrow, '#/editions');
    await row(narrow, 'In force').click();
    await narrow.waitForFunction(() => document.querySelector('#detail').textContent.includes('branch HZ1'));
    const said = await narrow.textContent('#detail');
    must(/Working hours: the company/.test(said) && said.includes('UTC+07:00 · Mon to Fri 08:00–12:00, 13:30–17:30 · Sat 09:00–12:00 · Sun closed'), `in English: ${said.slice(0, 600)}`);
    must(await narrow.evaluate(() => document.documentElement.scrollWidth <= 390), 'wider than the screen');
    await axe(narrow, 'hours');
    await shot(narrow, 'hours-390');
    await narrow.context().close();
});
await claim('nothing was asked of another host, and no error stands in the console', async () => {
    must(outside.length === 0, outside.slice(0, 3).join(' '));
    must(errors.length === 0, errors.slice(0, 5).join(' | '));
});
await end();
