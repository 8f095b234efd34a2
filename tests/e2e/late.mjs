// The browser's half of 91-late.sh: node late.mjs URL. Prints ok and not ok.
import { PASSWORD, button, claim, closed, end, go, hear, inside, knock, must, newPage, row, submit } from './lib/browser.mjs';

const [, , url] = process.argv;
const errors = [];
async function open(login, { lang = 'en-GB', width = 1280, at = '', before } = {}) {
    const page = await newPage({ viewport: { width, height: 800 }, locale: lang });
    hear(page, errors, login, /status of (400|401|409|429|503)/);
    if (before) { await before(page); }
    await page.goto(`${url}/${at}`);
    await knock(page, login);
    return inside(page);
}
const ask = (page, method, path, body) => page.evaluate(async ([m, p, b]) => (await import('/js/api.js')).call(m, p, b), [method, path, body]);
let news = 0;
async function write(page, path, field = 'note') { // what anybody may write at any time
    const r = await ask(page, 'GET', path);
    news += 1;
    await ask(page, 'PATCH', path, { fields: { [field]: `news ${news}` }, seen: { [field]: r.values[field] ? r.values[field].seen : [] } });
    return `news ${news}`;
}
const settle = (page) => page.waitForTimeout(400); // what came was drawn long ago
async function until(fact, words) {
    for (const from = Date.now(); !fact(); await new Promise((go) => { setTimeout(go, 10); })) { must(Date.now() < from + 30000, words); }
}
// Answers that are ready, and are given when they are let go: `answer` instead of the server's.
async function hold(page, what, { method = 'GET', answer } = {}) {
    const list = [];
    let opened = false;
    const take = async (route) => {
        if (route.request().method() !== method) { await route.fallback(); return; }
        const response = answer ? null : await route.fetch();
        const one = {};
        const free = new Promise((go) => { one.go = go; });
        one.given = free.then(() => route.fulfill(answer || { response })).catch(() => {}); // nobody waits for it any more
        list.push(one);
        if (opened) { one.go(); }
        await one.given;
    };
    await page.route(what, take);
    return {
        come: (n = 1) => until(() => list.length >= n, `nobody asked for ${what}`),
        others() { opened = true; list.slice(1).forEach((one) => one.go()); }, // and all that come
        async go(i) { list[i].go(); await list[i].given; },
        async end() {
            opened = true;
            list.forEach((one) => one.go());
            await Promise.all(list.map((one) => one.given));
            await page.unroute(what, take);
        },
    };
}
const leave = async (page) => {
    await page.click('[data-do=me]');
    await page.waitForSelector('#dialog[open] form');
    await submit(page);
    await page.waitForSelector('#login');
};
const again = (page) => page.evaluate(() => { dispatchEvent(new HashChangeEvent('hashchange')); });
const idOf = async (page, code) => (await ask(page, 'GET', `/registers/calls?number_from=${code}&number_to=${code}`)).rows[0].id;
const form = (page, name) => page.waitForSelector(`#dialog[open] [name=${name}]`);
const quiet = (where) => { const said = errors.splice(0); must(!said.length, `${where}: ${said.join(' | ')}`); };

const boss = await open('super');
const clerk = await open('clerk');
const other = await open('clerk2');
const J1 = await idOf(clerk, 'J-261120-01'), J2 = await idOf(clerk, 'J-261120-02'), J3 = await idOf(clerk, 'J-261120-03');

// ---- the door ---------------------------------------------------------------------------------------
await claim('another language chosen while the login is on its way breaks nothing', async () => {
    const page = await newPage({ locale: 'en-GB' });
    hear(page, errors, 'door');
    await page.goto(url);
    const registers = await hold(page, '**/api/v1/registers');
    await knock(page, 'clerk');
    await registers.come();
    await page.click('[data-do=language]');
    await page.waitForFunction(() => document.documentElement.lang === 'zh-CN');
    await settle(page);
    await registers.end();
    await inside(page);
    must(/[\u4e00-\u9fff]/.test(await page.textContent('h1')), await page.textContent('h1'));
    quiet('the door');
    await page.context().close();
});
await claim('a page that comes after the log out leaves the door alone, and the next reader sees no figure of the one before', async () => {
    for (const [page_, what] of [['dashboard', '**/api/v1/dashboard'], ['board', '**/api/v1/board'], ['calls', '**/api/v1/registers/calls*']]) {
        const page = await open('admin');
        await go(page, `#/${page_}`);
        const late = await hold(page, what);
        await again(page);
        if (page_ === 'calls') { await page.evaluate(() => { location.hash = '#/calls?sort=number'; }); }
        await late.come();
        await leave(page);
        await late.end();
        await settle(page);
        must(await page.isVisible('#login') && !(await page.textContent('#root')).includes('C-1001'), `${page_}: the door is gone`);
        quiet(page_);
        await knock(page, 'acct');
        await page.waitForSelector('#nav', { state: 'attached' });
        await inside(page);
        must(!(await page.evaluate(() => [...document.querySelectorAll('[data-count]')].map((b) => b.textContent).join(''))), `${page_}: figures of another login`);
        await page.context().close();
    }
});

// ---- pages and records --------------------------------------------------------------------------------
await claim('a page that comes late does not draw itself over the one that was asked for next', async () => {
    for (const [slow, address, method] of [['#/board', '**/api/v1/board'], ['#/dashboard', '**/api/v1/dashboard'], ['#/search?q=138', '**/api/v1/search', 'POST']]) {
        await go(boss, '#/calls');
        const late = await hold(boss, address, { method });
        await boss.evaluate((h) => { location.hash = h; }, slow);
        await late.come();
        await go(boss, '#/customers');
        await late.end();
        await settle(boss);
        must(await boss.locator('#rows').count() === 1 && (await boss.textContent('h1')).includes('Customers'), `${slow}: ${await boss.textContent('h1')} stands there`);
    }
});
await claim('of two answers for one page the one that was asked for last stays: search, overview, board', async () => {
    const late = await hold(boss, '**/api/v1/search', { method: 'POST' });
    await boss.evaluate(() => { location.hash = '#/search?q=C-1001'; });
    await late.come(1);
    await boss.evaluate(() => { location.hash = '#/search?q=C-1003'; });
    await late.come(2);
    await late.go(1);
    await boss.waitForFunction(() => /C-1003/.test(document.querySelector('h1').textContent));
    await late.end();
    await settle(boss);
    must(/C-1003/.test(await boss.textContent('h1')), await boss.textContent('h1'));
    await ask(boss, 'POST', `/jobs/${J3}/assign`, { technician: 'T01' });
    await go(boss, '#/board');
    const boards = await hold(boss, '**/api/v1/board');
    await again(boss);
    await boards.come(1);
    await ask(boss, 'POST', `/jobs/${J3}/assign`, { technician: 'T02' });
    await again(boss);
    await boards.come(2);
    await boards.go(1);
    await boss.waitForSelector(`.column[data-technician=T02] .job[data-id="${J3}"]`);
    await boards.go(0);
    await settle(boss);
    must(await boss.locator(`.column[data-technician=T02] .job[data-id="${J3}"]`).count() === 1, 'the board went back in time');
    await boards.end();
    quiet('pages');
});
await claim('while another record is awaited the keys do nothing to the one before', async () => {
    await go(clerk, `#/calls/${J1}`);
    await button(clerk, 'edit').waitFor();
    const late = await hold(clerk, `**/api/v1/jobs/${J2}`);
    await clerk.evaluate((id) => { location.hash = `#/calls/${id}`; }, J2);
    await late.come();
    must(!(await button(clerk, 'edit').isVisible()), 'its button is offered');
    await clerk.keyboard.press('e');
    await settle(clerk);
    must(!(await clerk.evaluate(() => document.querySelector('#dialog').open)), 'another call is edited');
    await late.end();
    await button(clerk, 'edit').waitFor();
    await clerk.keyboard.press('e');
    await form(clerk, 'contact');
    await clerk.keyboard.press('Escape');
    await closed(clerk);
});
await claim('what comes late takes the focus from nobody: a record on a narrow screen, more rows, a page', async () => {
    const small = await open('clerk', { width: 390 });
    await go(small, '#/calls');
    const late = await hold(small, `**/api/v1/jobs/${J1}`);
    await small.focus(`#rows tr[data-id="${J1}"] a`);
    await small.keyboard.press('Enter');
    await late.come();
    await small.focus('#search');
    await small.keyboard.type('J-26');
    await late.end();
    await small.waitForSelector('#detail h2');
    await settle(small);
    await small.keyboard.type('1120');
    must(await small.inputValue('#search') === 'J-261120' && !(await small.evaluate(() => document.querySelector('#dialog').open)), await small.inputValue('#search'));
    await small.context().close();
    const page = await open('clerk');
    await page.route(/registers\/calls\?.*limit=50/, (r) => r.continue({ url: r.request().url().replace('limit=50', 'limit=4') }));
    await go(page, '#/calls');
    const rows = await hold(page, '**/api/v1/registers/calls?*cursor=*');
    await page.click('[data-key=more]');
    await rows.come();
    await page.focus('#search');
    await rows.end();
    await page.waitForFunction(() => document.querySelectorAll('#rows tbody tr').length > 4);
    must(await page.evaluate(() => document.activeElement.id) === 'search', 'a row took it');
    await page.context().close();
});
await claim('"More" pressed twice brings the last page once', async () => {
    const page = await open('clerk');
    const total = (await ask(page, 'GET', '/registers/calls?limit=200')).rows.length;
    await page.route(/registers\/calls\?.*limit=50/, (r) => r.continue({ url: r.request().url().replace('limit=50', `limit=${total - 2}`) }));
    await go(page, '#/calls?sort=number');
    await page.evaluate(() => { const more = document.querySelector('[data-key=more]'); more.click(); more.click(); });
    await page.waitForFunction((n) => document.querySelectorAll('#rows tbody tr').length >= n, total);
    await settle(page);
    const codes = await page.evaluate(() => [...document.querySelectorAll('#rows tbody a')].map((a) => a.textContent));
    must(codes.length === total && new Set(codes).size === total, `${codes.length} rows of ${total}`);
    await page.context().close();
});
await claim('pressed twice within a moment, the second press counts: what came between is drawn after it', async () => {
    await go(boss, '#/calls');
    const link = boss.locator(`#rows tr[data-id="${J1}"] a`);
    const element = await link.elementHandle();
    await boss.evaluate(() => { // a pair of presses closer than any driver's, and a change that waits for the first to be let go
        const at = document.querySelector('#rows tbody');
        const fire = (type, buttons) => at.dispatchEvent(new PointerEvent(type, { bubbles: true, button: 0, buttons }));
        fire('pointerdown', 1);
        window.waited = import('/js/view.js').then((v) => v.unpressed()).then(() => { window.drawnAt = performance.now(); });
        setTimeout(() => fire('pointerup', 0), 20);
        setTimeout(() => fire('pointerdown', 1), 60);
        setTimeout(() => { window.letGo = performance.now(); fire('pointerup', 0); }, 400);
    });
    await boss.evaluate(() => window.waited);
    must(await boss.evaluate(() => window.drawnAt >= window.letGo), 'it was drawn under the second press');
    await element.dispose();
});

// ---- forms -----------------------------------------------------------------------------------------
await claim('a form that comes late does not come over the one that was opened meanwhile, nor after Escape', async () => {
    const page = await open('clerk', { at: `#/calls/${J2}` });
    const people = await hold(page, '**/api/v1/registers/people*');
    await page.evaluate(async () => (await import('/js/forms.js')).forgetPeople());
    await button(page, 'slip').click(); // asks for the people first
    await people.come();
    await page.keyboard.press('n');
    await form(page, 'c_name');
    await page.fill('#dialog [name=c_name]', 'half a name');
    await people.end();
    await settle(page);
    must(await page.locator('#dialog [name=c_name]').count() === 1 && await page.inputValue('#dialog [name=c_name]') === 'half a name', 'what was typed is gone');
    await page.keyboard.press('Escape');
    await closed(page);
    const mine = await hold(page, '**/api/v1/sessions');
    await page.click('[data-do=me]');
    await mine.come();
    await page.keyboard.press('n');
    await form(page, 'c_name');
    await page.keyboard.press('Escape');
    await closed(page);
    await mine.end();
    await settle(page);
    must(!(await page.evaluate(() => document.querySelector('#dialog').open)), 'it came after all');
    quiet('forms');
    await page.context().close();
});
await claim('a form that is shut while it is looked into writes nothing', async () => {
    await go(clerk, '#/calls');
    const sent = [];
    const note = (r) => { if (r.method() === 'POST' && /\/calls$/.test(r.url())) { sent.push(r.url()); } };
    clerk.on('request', note);
    for (const how of ['Escape', 'cancel']) {
        await clerk.keyboard.press('n');
        await form(clerk, 'customer');
        const hits = await hold(clerk, '**/api/v1/search', { method: 'POST' });
        await clerk.fill('#dialog [name=fault_told]', 'not meant');
        await clerk.fill('#dialog [name=customer]', 'C-1002');
        await submit(clerk);
        await hits.come();
        if (how === 'Escape') { await clerk.keyboard.press('Escape'); } else { await clerk.click('#dialog [data-do=cancel]'); }
        await closed(clerk);
        await hits.end();
        await settle(clerk);
        must(!sent.length, `${how}: it was sent all the same`);
    }
    clerk.off('request', note);
    quiet('shut');
});
await claim('a form that is shut while it is saved shuts no other when it is done, and what it came to is said', async () => {
    const toast = (words) => clerk.waitForFunction((w) => document.querySelector('#toast').textContent.includes(w), words);
    for (const [answer, words] of [[undefined, 'Saved'], [{ status: 409, contentType: 'application/problem+json', body: '{"type":"/problems/exists"}' }, 'taken already']]) {
        await go(clerk, '#/customers');
        await clerk.keyboard.press('n');
        await form(clerk, 'name');
        await clerk.fill('#dialog [name=name]', 'Late & Sons');
        const late = await hold(clerk, '**/api/v1/customers', { method: 'POST', answer });
        await submit(clerk);
        await late.come();
        await clerk.keyboard.press('Escape');
        await closed(clerk);
        await clerk.keyboard.press('n');
        await form(clerk, 'name');
        await clerk.fill('#dialog [name=name]', 'half a name');
        await late.end();
        await toast(words);
        await settle(clerk);
        must(await clerk.evaluate(() => document.querySelector('#dialog').open) && await clerk.inputValue('#dialog [name=name]') === 'half a name', 'it shut the next one');
        await clerk.keyboard.press('Escape');
        await closed(clerk);
    }
    await go(clerk, `#/calls/${J2}`); // and one whose value somebody changed
    await button(clerk, 'edit').click();
    await form(clerk, 'contact');
    await write(other, `/jobs/${J2}`, 'contact');
    await clerk.waitForFunction(() => /news/.test(document.querySelector('#dialog [data-field=contact] .seen').textContent));
    await clerk.fill('#dialog [name=contact]', 'of the first');
    const late = await hold(clerk, `**/api/v1/jobs/${J2}`, { method: 'PATCH' });
    await submit(clerk);
    await late.come();
    await clerk.keyboard.press('Escape');
    await closed(clerk);
    await late.end();
    await toast('Somebody changed this meanwhile');
    must(!(await clerk.evaluate(() => document.querySelector('#dialog').open)), 'it came back');
    quiet('saved');
});
await claim('of two notes of what others wrote the newer one stands at the field', async () => {
    await go(clerk, `#/calls/${J2}`);
    await button(clerk, 'edit').click();
    await form(clerk, 'contact');
    const note = (words) => clerk.waitForFunction((w) => document.querySelector('#dialog [data-field=contact] .seen').textContent.includes(w), words);
    const late = await hold(clerk, `**/api/v1/jobs/${J2}`);
    await write(other, `/jobs/${J2}`, 'contact');
    await late.come();
    const newest = await write(other, `/jobs/${J2}`, 'contact');
    late.others();
    await note(newest);
    await late.go(0);
    await settle(clerk);
    const says = await clerk.textContent('#dialog [data-field=contact] .seen');
    must(says.includes(newest), says);
    await late.end();
    await clerk.keyboard.press('Escape');
    await closed(clerk);
    quiet('notes');
});
await claim('another language that comes while a form is open leaves the form and what is typed there; words and language agree', async () => {
    await go(clerk, '#/calls');
    const words = await hold(clerk, '**/i18n/*.json');
    await clerk.click('.top [data-do=language]');
    await words.come();
    await clerk.keyboard.press('n');
    await form(clerk, 'c_name');
    await clerk.fill('#dialog [name=c_name]', 'half a name');
    await words.end();
    await clerk.waitForFunction(() => document.documentElement.lang === 'zh-CN' && /[\u4e00-\u9fff]/.test(document.querySelector('#nav').textContent));
    must(await clerk.evaluate(() => document.querySelector('#dialog').open) && await clerk.inputValue('#dialog [name=c_name]') === 'half a name', 'the form is gone');
    await clerk.keyboard.press('Escape');
    await closed(clerk);
    await clerk.evaluate(async () => { // asked for one after the other, answered the other way round
        const real = window.fetch;
        const i18n = await import('/js/i18n.js');
        let zh;
        window.fetch = async (at) => { const a = await real(at); if (/zh_CN/.test(at)) { await new Promise((go) => { zh = go; }); } return a; };
        const first = i18n.speak('zh'), second = i18n.speak('en');
        await second;
        while (!zh) { await new Promise((go) => { setTimeout(go, 10); }); }
        zh();
        await first;
        window.fetch = real;
    });
    must(await clerk.evaluate(async () => { const i18n = await import('/js/i18n.js'); return i18n.language() === 'en' && document.documentElement.lang === 'en' && i18n._('Cancel') === 'Cancel'; }), 'two languages at once');
    await clerk.reload();
    await inside(clerk);
    quiet('language');
});
await claim('who drags a call sees to whom it was given meanwhile before he gives it to another', async () => {
    await ask(boss, 'POST', `/jobs/${J3}/assign`, { technician: '' });
    await go(boss, '#/board');
    const card = `.job[data-id="${J3}"]`;
    await boss.waitForSelector(`.column.nobody ${card}`);
    const data = await boss.evaluateHandle(() => new DataTransfer());
    await boss.dispatchEvent(card, 'dragstart', { dataTransfer: data });
    const two = await open('super');
    await ask(two, 'POST', `/jobs/${J3}/assign`, { technician: 'T02' });
    await boss.waitForSelector(`.column[data-technician=T02] ${card}`);
    await boss.dispatchEvent('.column[data-technician=T01]', 'drop', { dataTransfer: data });
    await boss.waitForFunction(() => /changed this meanwhile/.test(document.querySelector('#toast').textContent));
    must((await ask(two, 'GET', `/jobs/${J3}`)).technician.code === 'T02', 'it was overwritten unseen');
    await two.context().close();
    quiet('drag');
});

// ---- sessions ----------------------------------------------------------------------------------------
await claim('a refusal that belongs to the session before ends no new one', async () => {
    const page = await open('clerk2', { at: '#/calls' });
    const late = await hold(page, '**/api/v1/registers/calls*', { answer: { status: 401, contentType: 'application/problem+json', body: '{"type":"/problems/unauthenticated"}' } });
    await page.evaluate(() => { location.hash = '#/calls?sort=number'; });
    await late.come();
    await leave(page);
    await page.evaluate(() => { location.hash = '#/customers'; });
    await knock(page, 'clerk2');
    await page.waitForSelector('#nav', { state: 'attached' });
    await inside(page);
    await late.end();
    await settle(page);
    must(await page.isVisible('#rows'), 'thrown out again');
    quiet('refusal');
    await page.context().close();
});
await claim('who gives up a form while he logs in again over it stays outside', async () => {
    const page = await open('clerk2', { at: '#/calls' });
    await page.keyboard.press('n');
    await form(page, 'c_name');
    await ask(page, 'DELETE', '/session');
    await page.fill('#dialog [name=fault_told]', 'half');
    await page.fill('#dialog [name=c_name]', 'half');
    await page.evaluate(() => { if (!document.querySelector('#again').open) { document.querySelector('#dialog button[value=go]').click(); } });
    await page.waitForSelector('#again[open] input');
    const late = await hold(page, '**/api/v1/session', { method: 'POST' });
    await page.fill('#again input', PASSWORD);
    await page.keyboard.press('Enter');
    await late.come();
    await page.click('#again [data-do=leave]');
    await page.waitForSelector('#login');
    await late.end();
    await settle(page);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('?');
    await settle(page);
    must(await page.isVisible('#login') && !(await page.evaluate(() => document.querySelector('dialog[open]'))), 'half inside');
    const status = await page.evaluate(() => fetch('/api/v1/session').then((r) => r.status));
    must(status === 401, `its session lives on: ${status}`);
    quiet('given up');
    await page.context().close();
});
await claim('who ends his own sessions is led to the door, and nothing breaks', async () => {
    const page = await open('admin', { at: '#/users' });
    await row(page, 'admin').locator('a').first().click();
    await button(page, 'sessions').click();
    await page.waitForSelector('#dialog[open] form');
    await submit(page);
    await page.waitForSelector('#login');
    await settle(page);
    quiet('own sessions');
    await knock(page, 'admin');
    await inside(page);
    await page.click('[data-do=me]'); // and who logs out when it has ended already
    await page.waitForSelector('#dialog[open] form');
    await page.evaluate(async () => { await fetch('/api/v1/session', { method: 'DELETE', headers: { 'X-CSRF-Token': (await (await fetch('/api/v1/session')).json()).csrf, 'Idempotency-Key': 'k'.repeat(20), 'Content-Type': 'application/json' }, body: '{}' }); });
    await submit(page);
    await page.waitForSelector('#login');
    quiet('log out');
    await page.context().close();
});

// ---- what others write ---------------------------------------------------------------------------------
await claim('what is written before the page listens is seen when it does', async () => {
    let hears = () => {};
    const before = (page) => page.route('**/api/v1/events', async (r) => { await new Promise((go) => { hears = go; }); await r.continue(); });
    const page = await open('clerk', { at: '#/customers', before });
    await page.waitForSelector('#rows tbody tr');
    const phone = await write(other, '/customers/C-1005', 'phone');
    await settle(page);
    hears();
    await page.waitForFunction((w) => document.querySelector('#rows').textContent.includes(w), phone);
    await page.context().close();
});
await claim('a stream that is refused is asked for again, and what came meanwhile is seen', async () => {
    let refusals = 0;
    const before = async (page) => {
        await page.clock.install();
        await page.route('**/api/v1/events', async (r) => { refusals += 1; if (refusals === 1) { await r.fulfill({ status: 503, body: '' }); } else { await r.continue(); } });
    };
    const page = await open('clerk', { at: '#/customers', before });
    await page.waitForSelector('#rows tbody tr');
    const phone = await write(other, '/customers/C-1006', 'phone');
    await page.clock.fastForward(31000);
    await page.waitForFunction((w) => document.querySelector('#rows').textContent.includes(w), phone);
    must(refusals > 1, 'nobody asked again');
    await page.context().close();
});
await claim('what could not be read when it changed is read with the next change; what stands there stays', async () => {
    await go(clerk, '#/customers');
    await row(clerk, 'C-1007').locator('a').first().click();
    await clerk.waitForFunction(() => /C-1007/.test(document.querySelector('#detail').textContent));
    let refused = 0;
    const refuse = (r) => { refused += 1; return r.fulfill({ status: 429, contentType: 'application/problem+json', body: '{"type":"/problems/rate"}' }); };
    await clerk.route(/api\/v1\/(registers\/customers|customers\/)/, refuse);
    const phone = await write(other, '/customers/C-1007', 'phone');
    await until(() => refused > 0, 'nobody looked');
    await settle(clerk);
    must(await clerk.locator('#rows tbody tr').count() > 3 && /C-1007/.test(await clerk.textContent('#detail')), 'what stood there is gone');
    await clerk.unroute(/api\/v1\/(registers\/customers|customers\/)/, refuse);
    await ask(boss, 'POST', `/jobs/${J3}/assign`, { technician: 'T01' }); // of another kind
    await clerk.waitForFunction((w) => ['#rows', '#detail'].every((s) => document.querySelector(s).textContent.includes(w)), phone);
    quiet('refused');
});

// ---- the public page -------------------------------------------------------------------------------------
await claim('on the public page the verdict is of the code that stands in the address', async () => {
    const page = await newPage({ locale: 'en-GB' });
    hear(page, errors, 'verify');
    const trust = await hold(page, '**/v1/trust');
    await page.goto(`${url}/verify#abc`);
    await trust.come();
    await page.evaluate(() => { location.hash = ''; });
    await page.waitForFunction(() => /Nothing to check yet/.test(document.querySelector('#verify').textContent));
    await trust.end();
    await settle(page);
    must(/Nothing to check yet/.test(await page.textContent('#verify')), await page.textContent('#verify'));
    quiet('verify');
    await page.context().close();
});
await claim('no error stands in the console', async () => quiet('the end'));
await end();
