// The browser's half of 85-console.sh: node console.mjs URL SHOTS. Prints ok and not ok.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { PASSWORD, axe, button, claim, closed, end, go, hear, inside, knock, must, newPage, row, submit } from './lib/browser.mjs';

const [, , url, shots] = process.argv;
const EVIL = '<img src=x onerror="window.hacked=1"> {{name}} "\'&';
const EVIL_FAULT = '=HYPERLINK("http://evil.example")</textarea><script>window.hacked=1</script>';

// Whose rows can be taken away as a file; the last two list what stands on the page.
const pagesOfFiles = ['calls', 'goods', 'vouchers', 'archive', 'slips', 'stock', 'days', 'customers', 'equipment', 'contracts', 'people', 'devices', 'editions', 'quarantine', 'users', 'tokens'];

const errors = [];
const outside = [];
async function open(login, { lang = 'zh-CN', width = 1280, scheme = 'light' } = {}) {
    const page = await newPage({ viewport: { width, height: width < 700 ? 844 : 800 }, locale: lang, colorScheme: scheme, acceptDownloads: true }, 30000);
    hear(page, errors, login);
    page.on('dialog', (d) => { errors.push(`a dialog: ${d.message()}`); d.dismiss(); });
    page.on('request', (r) => { if (!r.url().startsWith(url) && !/^(data|blob):/.test(r.url())) { outside.push(r.url()); } });
    await page.addInitScript(() => { window.print = () => { window.printed = (window.printed || 0) + 1; }; });
    await page.goto(url);
    await page.waitForSelector('#login');
    if (login) { await enter(page, login); }
    return page;
}
async function enter(page, login, password) {
    await knock(page, login, password);
    await page.waitForSelector('#nav', { state: 'attached' });
    await inside(page);
}
// A browser takes ten files of a page within a second and drops the eleventh without a word; no hand is so fast.
const FILE_MS = 150;
let filed = 0;
async function fileOf(page) {
    await page.waitForTimeout(Math.max(0, filed + FILE_MS - Date.now()));
    filed = Date.now();
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('[data-key=csv]')]);
    return file;
}
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.querySelector('#main').scrollWidth > document.querySelector('#main').clientWidth);
const shot = (page, name) => page.screenshot({ path: `${shots}/${name}.png` });
// Words that are script stand as text: nothing of them is an element, and none ran.
async function harmless(page, where) {
    const made = await page.evaluate(() => (window.hacked ? 'it ran' : [...document.querySelectorAll('#root img[src="x"], #root script, #root [onerror], #dialog [onerror], #paper [onerror]')].map((e) => e.outerHTML).join(' ')));
    must(!made, `${where}: ${made}`);
}

// ---- the door ------------------------------------------------------------------------------------
await claim('a wrong password is answered by a sentence, in both languages', async () => {
    for (const [lang, words] of [['zh-CN', '账号或口令不对。'], ['en-GB', 'Login or password is wrong.']]) {
        const page = await open('', { lang });
        await axe(page, `login ${lang}`);
        await shot(page, `login-${lang}`);
        await page.fill('#login', 'nobody');
        await page.fill('#password', 'not the password');
        await page.click('.login .primary');
        await page.waitForFunction((w) => document.querySelector('.error').textContent === w, words);
        await page.context().close();
    }
});
const clerk = await open('clerk');
const clerk2 = await open('clerk2');
const boss = await open('super', { lang: 'en-GB' });

// ---- a call, with script where words belong -------------------------------------------------------
await claim('a clerk registers a call of a new customer by keys and a form; his colleague sees it without loading again', async () => {
    await go(clerk2, '#/calls');
    await go(clerk, '#/calls');
    await clerk.keyboard.press('n');
    await clerk.waitForSelector('#dialog[open]');
    await axe(clerk, 'the form');
    await shot(clerk, 'form-call');
    await submit(clerk);
    must((await clerk.textContent('#dialog .error')).includes('客户所述故障'), 'what is missing is named');
    await clerk.fill('[name=c_name]', EVIL);
    await clerk.fill('[name=c_phone]', '138-0000-6666');
    await clerk.fill('[name=fault_told]', EVIL_FAULT);
    await clerk.fill('[name=contact]', 'before');
    await submit(clerk);
    await closed(clerk);
    await clerk.waitForSelector('#detail h2');
    must((await clerk.textContent('#detail h2')).includes(EVIL), 'the name is shown as typed');
    await row(clerk2, EVIL).waitFor();
});
const call = await clerk.evaluate(() => location.hash);
await claim('script in a name and in a fault is text: in the register, the record, the board, the search', async () => {
    must((await clerk.textContent('#detail')).includes(EVIL_FAULT), 'the fault is shown as typed');
    await shot(clerk, 'call-evil');
    await go(clerk, '#/board');
    must((await clerk.textContent('.board')).includes(EVIL), 'on the board');
    await clerk.keyboard.press('/');
    await clerk.keyboard.type('138-0000-6666');
    await clerk.keyboard.press('Enter');
    await clerk.locator('.hits a', { hasText: EVIL }).first().waitFor();
    must(!(await clerk.evaluate(() => window.hacked)), 'it ran');
});
await claim('from a call to its customer\'s file, which lists it, and the equipment and contracts of another', async () => {
    await go(clerk, call);
    await clerk.locator('#detail .fields a', { hasText: EVIL }).click();
    await clerk.locator('#detail .related a', { hasText: 'R000001' }).waitFor();
    await go(clerk, '#/customers');
    await row(clerk, 'C-1003').click();
    await clerk.locator('#detail .related a', { hasText: 'BY-2026-0007' }).waitFor();
    must((await clerk.textContent('#detail')).includes('J-261120-02'), 'his call');
});
await claim('the CSV of the register has it, and no cell of it is a formula', async () => {
    await go(clerk, '#/calls');
    const [file] = await Promise.all([clerk.waitForEvent('download'), clerk.click('[data-key=csv]')]);
    const text = readFileSync(await file.path(), 'utf8');
    must(text.includes('"\'=HYPERLINK(""http://evil.example"")'), 'the cell is quoted');
    must(!/(^|,)"?[=+@]/m.test(text), 'a cell begins a formula');
});

await claim('imported script and formulas: text on every page and sheet that has them, harmless in every file', async () => {
    const admin = await open('admin');
    const at = { customers: 'X-1', equipment: 'X-2', contracts: 'X-3', people: 'X-4', calls: 'X-5' };
    for (const [name, code] of Object.entries(at)) {
        await go(admin, `#/${name}`);
        await row(admin, code).first().click();
        await admin.waitForFunction(() => /<img src=x onerror="window\.hacked=1">/.test(document.querySelector('#detail').textContent));
        await harmless(admin, name);
        const sheet = admin.locator('#detail [data-act=voucher], #detail [data-act=print]').first();
        if (await sheet.count()) { await sheet.click(); await harmless(admin, `${name}, its sheet`); }
    }
    await go(admin, '#/board');
    await admin.waitForFunction(() => /<script>window\.hacked=2/.test(document.querySelector('.board').textContent));
    await go(admin, '#/search?q=onerror');
    await admin.waitForFunction(() => document.querySelectorAll('.hits a').length >= 3);
    await harmless(admin, 'the search');
    for (const name of pagesOfFiles) {
        await go(admin, `#/${name}`);
        const file = await fileOf(admin);
        const text = readFileSync(await file.path(), 'utf8');
        // Cells as a spreadsheet takes them: in quotes, where two stand for one.
        const cells = [...text.matchAll(/(?:^|,|\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map((m) => (m[1] ?? m[2]).replace(/""/g, '"'));
        const bad = cells.find((s) => /^[=+@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(s) || (/^-/.test(s) && !/^-\d+$/.test(s)));
        must(bad === undefined && cells.length > 3, `${name}: a cell begins a formula: ${bad}`);
        if (name in at) { must(text.includes(`"'=1+1<img`), `${name}: the cell is not there`); }
    }
    must(errors.length === 0, errors.join(' | '));
    await admin.context().close();
});

// ---- two clerks ----------------------------------------------------------------------------------
await claim('two who edit one call: the second sees the first\'s value at the field, and both before he overwrites', async () => {
    await go(clerk, call);
    await go(clerk2, call);
    for (const page of [clerk, clerk2]) {
        await button(page, 'edit').click();
        await page.waitForSelector('#dialog[open] [name=contact]');
    }
    await clerk2.fill('[name=contact]', 'of the second');
    await submit(clerk2);
    await closed(clerk2);
    await clerk.waitForFunction(() => /of the second/.test(document.querySelector('[data-field=contact] .seen').textContent));
    await clerk.fill('[name=contact]', 'of the first');
    await submit(clerk);
    await clerk.waitForSelector('#dialog fieldset');
    const both = await clerk.textContent('#dialog fieldset');
    must(both.includes('of the first') && both.includes('of the second') && both.includes('方圆'), `both values and who: ${both}`);
    await axe(clerk, 'the choice');
    await shot(clerk, 'conflict');
    await clerk.check('#dialog input[value=mine]');
    await submit(clerk);
    await closed(clerk);
    await clerk.waitForFunction(() => /of the first/.test(document.querySelector('#detail').textContent));
    await clerk2.waitForFunction(() => /of the first/.test(document.querySelector('#detail').textContent));
});
await claim('he may leave the other\'s value; what nobody else changed is written all the same', async () => {
    await button(clerk, 'edit').click();
    await button(clerk2, 'edit').click();
    await clerk2.waitForSelector('#dialog[open] [name=contact]');
    await clerk.waitForSelector('#dialog[open] [name=contact]');
    await clerk2.fill('[name=contact]', 'stands');
    await submit(clerk2);
    await closed(clerk2);
    await clerk.fill('[name=contact]', 'goes');
    await clerk.fill('#dialog [name=phone]', '139-1111');
    await submit(clerk);
    await clerk.waitForSelector('#dialog fieldset');
    await submit(clerk); // Enter: theirs is chosen already
    await closed(clerk);
    await clerk.waitForFunction(() => /stands/.test(document.querySelector('#detail').textContent) && /139-1111/.test(document.querySelector('#detail').textContent) && !/goes/.test(document.querySelector('#detail').textContent));
});

// ---- dispatch ------------------------------------------------------------------------------------
await claim('the supervisor dispatches from the board; the clerk\'s register changes by itself', async () => {
    await go(boss, '#/board');
    await axe(boss, 'the board');
    await boss.locator('.column.nobody .job', { hasText: EVIL }).locator('button').click();
    await boss.selectOption('#dialog [name=technician]', 'T02');
    await submit(boss);
    await boss.locator('.column[data-technician=T02] .job', { hasText: EVIL }).waitFor();
    await clerk.waitForFunction(() => /王海燕/.test(document.querySelector('#detail .timeline').textContent));
});
await claim('what is pressed stays where it is while somebody else writes, and the news comes when it is let go', async () => {
    const id = call.split('/').pop();
    const write = (contact) => clerk2.evaluate(async ([path, words]) => {
        const api = await import('/js/api.js');
        const r = await api.get(path);
        await api.call('PATCH', path, { fields: { contact: words }, seen: { contact: r.values.contact.seen } });
    }, [`/jobs/${id}`, contact]);
    const press = async (selector, words, effect) => {
        const what = await boss.waitForSelector(selector);
        await what.hover();
        await boss.mouse.down();
        await Promise.all([boss.waitForResponse((r) => r.url().includes('/api/v1/')), write(words)]);
        await boss.waitForTimeout(700); // a slow finger: what came would be drawn by now
        const stays = await what.evaluate((e) => e.isConnected);
        await boss.mouse.up();
        must(stays, `${selector} was drawn anew under the finger`);
        await boss.waitForSelector(effect);
    };
    await go(boss, '#/calls');
    await press(`#rows tr[data-id="${id}"] a`, 'first news', '#detail h2');
    await press('#detail button[data-act=edit]', 'second news', '#dialog[open]');
    await boss.waitForFunction(() => /second news/.test(document.querySelector('#detail').textContent));
    await boss.keyboard.press('Escape');
    await closed(boss);
    await go(boss, '#/board');
    await press(`[data-key="b-${id}"]`, 'third news', '#dialog[open]');
    await boss.keyboard.press('Escape');
    await closed(boss);
});
await claim('by keys alone: rows, record, edit, and back to the row', async () => {
    await go(boss, '#/calls');
    await boss.keyboard.press('j');
    await boss.keyboard.press('j');
    await boss.keyboard.press('Enter');
    await boss.waitForSelector('#detail h2');
    await boss.keyboard.press('e');
    await boss.waitForSelector('#dialog[open] textarea');
    await boss.keyboard.press('Escape');
    await closed(boss);
    await boss.keyboard.press('Escape');
    await boss.waitForFunction(() => document.querySelector('#detail').hidden && document.activeElement.closest('#rows'));
    await boss.keyboard.press('?');
    await boss.waitForSelector('#dialog[open] kbd');
    await boss.keyboard.press('Escape');
    await closed(boss);
    await boss.evaluate(() => { document.activeElement.blur(); document.querySelector('.skip').focus(); });
    await boss.keyboard.press('Enter');
    must(await boss.evaluate(() => document.activeElement.id === 'main'), 'the skip link leads to the content');
});

// ---- papers --------------------------------------------------------------------------------------
await claim('a slip goes from the clerk to the supervisor to the keeper, each by his button; nobody has another\'s', async () => {
    const keeper = await open('parts');
    await go(clerk, call);
    await button(clerk, 'slip').click();
    await clerk.waitForSelector('#dialog[open] [name=part]');
    must(await clerk.inputValue('#dialog [name=technician]') === 'T02', 'the technician of the call stands there');
    await clerk.fill('[name=code]', 'S-1');
    await clerk.fill('[name=part]', 'AC-CAP-35');
    await clerk.fill('[name=quantity]', '1,5');
    await submit(clerk);
    must((await clerk.textContent('#dialog .error')).includes('2 或 0.5'), 'a wrong quantity has a sentence');
    await clerk.fill('[name=quantity]', '2');
    await submit(clerk);
    await closed(clerk);
    for (const [page, act, fields] of [[boss, 'approve', {}], [keeper, 'issue', {}], [keeper, 'clear', { old: '2', unused: '0' }]]) {
        await go(page, '#/slips');
        await row(page, 'S-1').click();
        await button(page, act).waitFor();
        must(await button(page, act === 'approve' ? 'issue' : 'approve').count() === 0, 'another step is not');
        await button(page, act).click();
        await page.waitForSelector('#dialog[open]');
        for (const [name, value] of Object.entries(fields)) { await page.fill(`#dialog [name=${name}]`, value); }
        await submit(page);
        await closed(page);
    }
    await row(keeper, '已销账').waitFor();
    await keeper.context().close();
});
await claim('a call cannot be struck off while its cash is out; the accountant takes it; then it is filed', async () => {
    const acct = await open('acct');
    await go(clerk, '#/vouchers');
    await row(clerk, 'J-261120-01').click();
    await clerk.locator('.barred', { hasText: '253.00' }).waitFor();
    must(await button(clerk, 'archive').count() === 0, 'it is offered');
    const refused = await clerk.evaluate(async () => (await import('/js/api.js')).call('POST', `/jobs/${location.hash.split('/').pop()}/archive`).catch((e) => e.message));
    must(/B-18\.11/.test(refused), refused);
    await go(acct, '#/cash');
    await row(acct, 'J-261120-01').click();
    must(await acct.locator('#detail').textContent().then((t) => !t.includes('空调不制热')), 'no technical notes for the accountant');
    await button(acct, 'cash').click();
    await submit(acct);
    await closed(acct);
    await acct.locator('.empty').waitFor();
    await button(clerk, 'archive').click();
    await submit(clerk);
    await closed(clerk);
    await go(clerk, '#/archive');
    await row(clerk, 'J-261120-01').waitFor();
    await acct.context().close();
});
await claim('a signed voucher prints as a sheet: what was signed, and that the signature covers it', async () => {
    await row(clerk, 'J-261120-01').click();
    await button(clerk, 'voucher').click();
    must(await clerk.evaluate(() => window.printed === 1), 'print was asked for');
    await clerk.emulateMedia({ media: 'print' });
    must(await clerk.isVisible('#paper article') && !(await clerk.isVisible('#root')), 'only the sheet');
    const sheet = await clerk.textContent('#paper');
    must(/T01-/.test(sheet) && /253\.00 元/.test(sheet) && /签字与内容一致/.test(sheet) && /AC-CAP-35/.test(sheet), sheet.slice(0, 400));
    await shot(clerk, 'paper');
    await clerk.emulateMedia({ media: 'screen' });
});

// ---- a handheld ----------------------------------------------------------------------------------
await claim('an enrolment code is shown as words and as a QR that a scanner reads', async () => {
    await go(boss, '#/devices');
    await boss.keyboard.press('n');
    await boss.selectOption('#dialog [name=technician]', 'T03');
    await submit(boss);
    await boss.waitForSelector('#dialog canvas');
    const code = (await boss.textContent('#dialog .secret code')).replace(/ /g, '');
    await shot(boss, 'enrol');
    const png = await boss.evaluate(() => document.querySelector('#dialog canvas').toDataURL('image/png').split(',')[1]);
    writeFileSync(`${shots}/qr.png`, Buffer.from(png, 'base64'));
    const read = execFileSync('zbarimg', ['-q', '--raw', `${shots}/qr.png`], { encoding: 'utf8' }).trim();
    must(read.replace(/-/g, '') === code.replace(/-/g, ''), `${read} is not ${code}`);
    await boss.keyboard.press('Escape');
});
await claim('work of a lost handheld is listed, and counts once a supervisor ticks it and says why', async () => {
    const boxes = (page) => page.locator('#detail .set-aside input');
    const lostRow = (page) => page.locator('#rows tbody tr', { hasText: /已停用|Revoked/ }).locator('a').first();
    const small = await open('super', { width: 390 });
    for (const [page, lang] of [[small, 'zh'], [boss, 'en']]) {
        await go(page, '#/devices');
        await lostRow(page).click();
        await boxes(page).nth(1).waitFor();
        must(await boxes(page).count() === 2, 'two entries');
        const text = await page.textContent('#detail .set-aside');
        must(text.includes('J-261120-07') && (lang === 'zh' ? /另存了 2 条/ : /2 entries are set aside/).test(text), text);
        const all = await page.textContent('#detail');
        for (const words of lang === 'zh' ? ['手机入网', '手机停用', '最近联系', '新交'] : ['Handheld enrolled', 'Handheld revoked', 'Last contacts', 'new entr']) { must(all.includes(words), `${words} is not in its history: ${all.slice(0, 900)}`); }
        const cells = await page.locator('#rows tbody tr', { hasText: /已停用|Revoked/ }).first().locator('td').allTextContents();
        must(cells[3] === '4' && cells[4] === '0', `four entries came, none is unsent, nought is a figure: ${cells.join(' | ')}`);
        must(!(await sideways(page)), `${lang} scrolls sideways`);
        await shot(page, `late-${lang}`);
        await page.locator('#detail ol.timeline').last().scrollIntoViewIfNeeded();
        await shot(page, `contacts-${lang}`);
        await axe(page, `set aside ${lang}`);
    }
    await button(boss, 'admit').click();
    must((await boss.textContent('#toast')).includes('Tick'), 'nothing is ticked: said');
    must(!(await boss.evaluate(() => document.querySelector('#dialog').open)), 'and nothing is asked');
    for (const [page, lang] of [[small, 'zh'], [boss, 'en']]) {
        await boxes(page).first().focus();
        await page.keyboard.press('Space');
        await button(page, 'admit').click();
        await page.waitForSelector('#dialog[open]');
        await axe(page, `the form ${lang}`);
        await shot(page, `late-form-${lang}`);
        if (lang === 'zh') { await page.keyboard.press('Escape'); }
    }
    await submit(boss);
    must((await boss.textContent('#dialog .error')).includes('Reason'), 'a reason is asked for');
    await boss.selectOption('#dialog [name=reason]', '1');
    await submit(boss);
    await closed(boss);
    await boss.waitForFunction(() => document.querySelectorAll('#detail .set-aside input').length === 1);
    await small.waitForFunction(() => document.querySelectorAll('#detail .set-aside input').length === 1); // without loading again
    await go(small, '#/calls');
    await go(small, '#/devices');
    await small.context().close();
});

// ---- order and ranges ----------------------------------------------------------------------------
await claim('a head sorts by click and by key, says so, keeps the focus, and stands in the address; the CSV follows', async () => {
    const codes = () => boss.evaluate(() => [...document.querySelectorAll('#rows tbody a')].map((a) => a.textContent));
    const heads = () => boss.evaluate(() => [...document.querySelectorAll('#rows th[aria-sort]')].map((t) => `${t.textContent.replace(/[\u25B2\u25BC]/, '')} ${t.getAttribute('aria-sort')}`).join(', '));
    const settled = (by) => boss.waitForFunction((b) => location.hash.includes(b) && document.body.dataset.ready === location.hash && document.querySelector('#rows th button'), by);
    await go(boss, '#/calls');
    must((await heads()).includes('Called descending') && (await heads()).includes('Number none'), await heads());
    await boss.click('#rows th button[data-by="number asc"]');
    await settled('sort=number');
    const up = await codes();
    must(up.length > 4 && (await heads()).includes('Number ascending'), await heads());
    await axe(boss, 'sorted by number');
    await shot(boss, 'sorted-en');
    must(await boss.evaluate(() => document.activeElement.dataset.by === 'number desc'), 'the head has the focus still');
    await boss.keyboard.press('Enter');
    await settled('order=desc');
    must(JSON.stringify(await codes()) === JSON.stringify([...up].reverse()), `${await codes()} is not ${up} turned round`);
    must((await boss.getAttribute('[data-key=csv]', 'href')).includes('sort=number&order=desc'), 'the file is another');
    await boss.reload();
    await boss.waitForFunction(() => document.querySelector('#rows tbody a'));
    must(JSON.stringify(await codes()) === JSON.stringify([...up].reverse()), 'the address says all');
    await boss.selectOption('[name=by]', 'due asc');
    await settled('sort=due');
    must((await heads()).includes('Deadline ascending'), await heads());
});
await claim('numbers and days from and until, in both languages, at 1280 and at 390 where the order is a field', async () => {
    for (const [lang, width] of [['zh-CN', 1280], ['en-GB', 390], ['zh-CN', 390]]) {
        const page = await open('super', { lang, width });
        const codes = () => page.evaluate(() => [...document.querySelectorAll('#rows tbody a')].map((a) => a.textContent));
        await go(page, '#/calls?sort=number');
        if (width === 390) { await page.click('.narrow summary'); }
        const all = await codes();
        await page.fill('[name=number_from]', all[1]);
        await page.press('[name=number_from]', 'Tab');
        await page.waitForFunction((n) => document.querySelectorAll('#rows tbody a').length === n, all.length - 1);
        await page.fill('[name=number_to]', all[2]);
        await page.press('[name=number_to]', 'Tab');
        await page.waitForFunction(() => document.querySelectorAll('#rows tbody a').length === 2);
        must(JSON.stringify(await codes()) === JSON.stringify(all.slice(1, 3)), `${await codes()}`);
        await page.selectOption('[name=by]', 'number desc');
        await page.waitForFunction((c) => (document.querySelector('#rows tbody a') || {}).textContent === c, all[2]);
        must(!(await sideways(page)), 'scrolls sideways');
        await axe(page, `ranges ${lang} ${width}`);
        await shot(page, `ranges-${lang}-${width}`);
        await page.fill('[name=from]', '2001-01-01');
        await page.fill('[name=to]', '2001-01-02');
        await page.press('[name=to]', 'Tab');
        await page.locator('.empty').waitFor();
        await page.click('[data-do=clear]');
        await page.waitForFunction((n) => document.querySelectorAll('#rows tbody a').length === n, all.length);
        await page.context().close();
    }
});

// ---- every page ----------------------------------------------------------------------------------
const admin = await open('admin');
// Every page that the router knows, from its own table: a new one is walked without a word here.
const pages = await admin.evaluate(async () => { const r = await import('/js/registers.js'); return [...new Set([...Object.keys(r.PAGES), ...Object.keys(r.REGISTERS)])]; });
const walked = new Set();
const addressOf = (name) => (name === 'search' ? '#/search?q=138-0000' : `#/${name}`);
await claim('the side bar leads to every page but the search, which has its field', async () => {
    const bar = await admin.evaluate(() => [...document.querySelectorAll('nav a')].map((a) => a.dataset.page));
    must(pages.length >= 26 && pages.filter((name) => !bar.includes(name)).join() === 'search', `${pages} ; ${bar}`);
});
for (const lang of ['zh', 'en']) {
    if (await admin.evaluate(() => document.documentElement.lang.slice(0, 2)) !== lang) { await admin.click('.top [data-do=language]'); await admin.waitForFunction((l) => document.documentElement.lang.startsWith(l), lang); }
    for (const width of [1280, 390]) {
        await admin.setViewportSize({ width, height: width === 390 ? 844 : 800 });
        await claim(`${pages.length} pages in ${lang} at ${width}: words, no sideways scrolling, no serious finding`, async () => {
            for (const name of pages) {
                const where = `${name} ${lang} ${width}`;
                await go(admin, addressOf(name));
                must(await admin.evaluate(() => document.body.dataset.page) === name, `${where}: leads to another page`);
                const h1 = await admin.textContent('h1');
                must(/[\u4e00-\u9fff]/.test(h1) === (lang === 'zh'), `${where}: ${h1}`);
                must(!(await sideways(admin)), `${where} scrolls sideways`);
                await harmless(admin, where);
                const link = admin.locator('#rows tbody a').first();
                const rows = await link.count();
                await shot(admin, `${name}-${lang}-${width}`);
                if (width === 390) { await axe(admin, where); }
                if (rows && name !== 'conflicts') {
                    if (width === 390) { must(await admin.evaluate(() => getComputedStyle(document.querySelector('#rows tbody tr')).display === 'flex'), `${where}: rows are cards`); }
                    await link.click();
                    await admin.waitForSelector('#detail h2');
                    await harmless(admin, `${where} record`);
                    must(width === 1280 || !(await admin.isVisible('.list')), `${where}: the record is its own page`);
                    must(!(await sideways(admin)), `${where} record scrolls sideways`);
                    await shot(admin, `${name}-record-${lang}-${width}`);
                    if (width === 390) { await axe(admin, `${where} record`); }
                }
                if (width === 1280) { await axe(admin, `${where} with its record`); }
                walked.add(where);
            }
        });
    }
}
await claim('axe-core saw every page of the router, in both languages, wide and narrow', async () => {
    const missed = pages.flatMap((name) => ['zh', 'en'].flatMap((lang) => [1280, 390].map((width) => `${name} ${lang} ${width}`))).filter((where) => !walked.has(where));
    must(missed.length === 0, missed.join(', '));
});
await claim('each register is sorted by every head that it has a sort for, by click and by key, both ways; what has no column stands in Order', async () => {
    const known = await admin.evaluate(async () => (await (await import('/js/api.js')).get('/registers')).registers);
    const at = await admin.evaluate(async () => { const r = await import('/js/registers.js'); return Object.keys(r.REGISTERS).map((p) => [p, r.source(p)]); });
    const ids = () => admin.evaluate(() => [...document.querySelectorAll('#rows tbody tr')].map((tr) => tr.dataset.id));
    let tried = 0;
    await admin.setViewportSize({ width: 1280, height: 800 });
    for (const [page, of] of at) {
        const reg = known.find((r) => r.name === of);
        await go(admin, `#/${page}`);
        const order = await admin.evaluate(() => [...document.querySelectorAll('[name=by] option')].map((o) => o.value).sort());
        must(JSON.stringify(order) === JSON.stringify(reg.sorts.flatMap((s) => [`${s} asc`, `${s} desc`]).sort()), `${page}: ${order}`);
        const heads = await admin.evaluate(() => [...document.querySelectorAll('#rows th button.sort')].map((b) => b.dataset.by.split(' ')[0]));
        must(heads.every((s) => reg.sorts.includes(s)), `${page}: ${heads}`);
        for (const sort of heads) {
            await go(admin, `#/${page}`);
            const head = admin.locator(`#rows th button.sort[data-by^="${sort} "]`);
            const first = (await head.getAttribute('data-by')).split(' ')[1];
            for (const way of [first, first === 'asc' ? 'desc' : 'asc']) {
                if (way === first) { await head.click(); } else { await head.focus(); await admin.keyboard.press('Enter'); }
                await admin.waitForFunction(([s, w]) => { const b = document.querySelector(`#rows th button.sort[data-by^="${s} "]`); return document.body.dataset.ready === location.hash && b && b.closest('th').getAttribute('aria-sort') === w; }, [sort, way === 'asc' ? 'ascending' : 'descending']);
                must(await admin.evaluate(() => document.querySelectorAll('#rows th[aria-sort=ascending], #rows th[aria-sort=descending]').length) === 1, `${page}: one head says so`);
                must((await ids()).length > 0, `${page} by ${sort}: nothing`);
                tried += 1;
            }
        }
    }
    must(tried >= 60, `${tried} orders`);
    console.log(`# counted: ${tried} orders by head`);
});
await claim('in the dark: no serious finding', async () => {
    await admin.emulateMedia({ colorScheme: 'dark' });
    await admin.setViewportSize({ width: 1280, height: 800 });
    for (const name of ['dashboard', 'calls', 'board', 'customers']) {
        await go(admin, `#/${name}`);
        const link = admin.locator('#rows tbody a').first();
        if (await link.count()) { await link.click(); await admin.waitForSelector('#detail h2'); }
        await shot(admin, `${name}-dark`);
        await axe(admin, `${name} in the dark`);
    }
});
await claim('a new password is measured as it is typed, may be looked at, and one that is guessed at once is not taken', async () => {
    await admin.click('[data-do=me]');
    await admin.waitForSelector('#dialog[open] [name=new_password]');
    const words = () => admin.textContent('#dialog [data-field=new_password] .strength');
    const input = admin.locator('#dialog [name=new_password]');
    const said = [];
    for (const text of ['short', 'aaaaaaaaaaaa', '123456789012', 'kettle 12345 x', 'kettle-7 under the moon, and rain']) { await input.fill(text); said.push(await words()); }
    must(new Set(said).size === 4 && said[1] === said[2], said.join(' | '));
    await axe(admin, 'the account with a password typed');
    await shot(admin, 'account-password');
    must(await input.getAttribute('type') === 'password', 'hidden at first');
    await admin.click('#dialog [data-field=new_password] .look');
    must(await input.getAttribute('type') === 'text', 'shown');
    await admin.click('#dialog [data-field=new_password] .look');
    must(await input.getAttribute('type') === 'password', 'hidden again');
    await admin.selectOption('#dialog [name=what]', '2');
    await admin.fill('#dialog [name=password]', PASSWORD);
    await input.fill('Password2024!!');
    await submit(admin);
    await admin.waitForFunction(() => /guessed at once/.test(document.querySelector('#dialog .error').textContent));
    await shot(admin, 'account-refused');
    await admin.keyboard.press('Escape');
    await closed(admin);
});
await claim('one sees where one is logged in and ends another session; who comes in is told what others tried with his login', async () => {
    const other = await open('admin');
    await admin.click('[data-do=me]');
    await admin.waitForSelector('#dialog .sessions li');
    const n = await admin.locator('#dialog .sessions li').count();
    must(n > 1 && (await admin.textContent('#dialog .sessions')).includes('127.0.0.1 · Chrome'), await admin.textContent('#dialog .sessions'));
    await axe(admin, 'where one is logged in');
    await shot(admin, 'sessions');
    await admin.locator('#dialog [data-do=end-session]').first().click();
    await admin.waitForFunction((k) => document.querySelectorAll('#dialog .sessions li').length === k, n - 1);
    await admin.keyboard.press('Escape');
    await closed(admin);
    await other.reload();
    await other.waitForSelector('#login');
    await knock(other, 'admin', 'not the password');
    await other.waitForFunction(() => document.querySelector('.login .error').textContent);
    await enter(other, 'admin');
    await other.waitForSelector('#greeting:not([hidden])');
    must((await other.textContent('#greeting')).includes('输错口令 1 次') && (await other.textContent('#greeting')).includes('您上次登录'), await other.textContent('#greeting'));
    await axe(other, 'what one is told on coming in');
    await shot(other, 'greeting');
    await other.click('[data-do=read]');
    must(await other.isHidden('#greeting'), 'it stays');
    const itself = other.waitForRequest((r) => r.headers()['x-background'] === '1');
    await go(clerk, '#/customers'); // somebody else writes, and the page looks again
    await clerk.keyboard.press('n');
    await clerk.waitForSelector('#dialog[open]');
    await clerk.fill('[name=name]', 'X-Background');
    await submit(clerk);
    await closed(clerk);
    await itself;
    await other.context().close();
});
await claim('log out leads to the door, and the page behind it is gone', async () => {
    await admin.click('[data-do=me]');
    await submit(admin);
    await admin.waitForSelector('#login');
    must(!(await admin.textContent('#root')).includes('C-1001'), 'a register is still there');
});
await claim('nothing was asked of another host, and no error stands in the console', async () => {
    must(outside.length === 0, outside.slice(0, 3).join(' '));
    must(errors.length === 0, errors.slice(0, 5).join(' | '));
});
await end();
