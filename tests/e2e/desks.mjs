// The browser's half of 90-desks.sh: node desks.mjs URL SHOTS. Prints ok and not ok.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { PASSWORD, axe, button, claim, closed, end, go, hear, inside, knock, must, newPage, row, submit } from './lib/browser.mjs';

const [, , url, shots] = process.argv;
const errors = [];
async function open(login, { lang = 'zh-CN', width = 1280 } = {}) {
    const page = await newPage({ viewport: { width, height: 800 }, locale: lang });
    hear(page, errors, login);
    await page.addInitScript(() => { window.print = () => { window.printed = (window.printed || 0) + 1; }; });
    await page.goto(url);
    await knock(page, login);
    return inside(page);
}
const shot = (page, name) => page.screenshot({ path: `${shots}/${name}.png` });
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.querySelector('#main').scrollWidth > document.querySelector('#main').clientWidth);
const ask = (page, method, path, body) => page.evaluate(async ([m, p, b]) => (await import('/js/api.js')).call(m, p, b), [method, path, body]);
const rows = (page) => page.locator('#rows tbody tr').count();
const codes = (page) => page.evaluate(() => [...document.querySelectorAll('#rows tbody a')].map((a) => a.textContent));
// Somebody else writes something of this kind, which every page that shows such things hears.
let news = 0;
const write = async (page, path = '/jobs/Q-001') => {
    const r = await ask(page, 'GET', path);
    news += 1;
    await ask(page, 'PATCH', path, { fields: { note: `news ${news}` }, seen: { note: r.values.note ? r.values.note.seen : [] } });
};
const heard = (page, what = '/api/v1/') => page.waitForResponse((r) => r.url().includes(what) && r.request().method() === 'GET');
const settle = (page) => page.waitForTimeout(600); // what came would be drawn by now

const clerk = await open('clerk');
const other = await open('clerk2');
const boss = await open('super', { lang: 'en-GB' });

// ---- hundreds of rows ------------------------------------------------------------------------------
await claim('a list that was leafed to 150 rows keeps them, its place and the focus while somebody else writes', async () => {
    await go(clerk, '#/calls?sort=number');
    for (const n of [100, 150, 200, 240]) {
        await clerk.click('[data-key=more]');
        await clerk.waitForFunction((k) => document.querySelectorAll('#rows tbody tr').length >= k, n);
    }
    const all = await codes(clerk);
    const at = await clerk.evaluate(() => { const a = document.querySelectorAll('#rows tbody a')[210]; a.focus(); a.scrollIntoView({ block: 'center' }); window.at = a; return document.querySelector('#main').scrollTop; });
    await Promise.all([heard(clerk, 'registers/calls'), write(other)]);
    await settle(clerk);
    const now = await clerk.evaluate(() => ({ n: document.querySelectorAll('#rows tbody tr').length, top: document.querySelector('#main').scrollTop, held: document.activeElement.dataset.key, was: window.at.dataset.key }));
    must(now.n >= all.length && now.top === at && now.held === now.was, JSON.stringify({ ...now, at, all: all.length }));
    must(JSON.stringify((await codes(clerk)).slice(0, all.length)) === JSON.stringify(all), 'the same rows in the same order');
});
await claim('a printed list is the whole list, not what the screen had room for', async () => {
    await go(clerk, '#/calls');
    must(await rows(clerk) === 50, 'a page');
    await clerk.click('[data-key=print]');
    await clerk.waitForFunction(() => window.printed === 1);
    const all = (await ask(clerk, 'GET', '/registers/calls?limit=200'));
    const rest = await ask(clerk, 'GET', `/registers/calls?limit=200&cursor=${all.next}`);
    must(await rows(clerk) === all.rows.length + rest.rows.length, `${await rows(clerk)} rows`);
    must((await clerk.textContent('#rows .onpaper')).trim() === '排序：新的在前', await clerk.textContent('#rows .onpaper'));
    await clerk.evaluate(() => dispatchEvent(new Event('afterprint')));
    await clerk.waitForFunction(() => document.querySelectorAll('#rows tbody tr').length === 50); // the screen has its own again
});
await claim('a list that is read for paper says how far it is, and is stopped by the same button: nothing is printed', async () => {
    const page = await open('clerk', { lang: 'en-GB' });
    await go(page, '#/calls?sort=number');
    await page.route('**/api/v1/registers/calls?*', async (r) => { await new Promise((f) => { setTimeout(f, 500); }); await r.continue(); });
    await page.click('[data-key=print]');
    await page.waitForFunction(() => document.querySelector('[data-key=print]').textContent === 'Stop (50 read)');
    await page.click('[data-key=print]');
    await page.waitForFunction(() => document.querySelector('[data-key=print]').textContent === 'Print');
    must(await rows(page) === 50 && await page.evaluate(() => !window.printed), 'it was printed');
    await page.unroute('**/api/v1/registers/calls?*');
    await page.click('[data-key=print]'); // and begun anew
    await page.waitForFunction(() => window.printed === 1);
    must(await rows(page) > 200, `${await rows(page)} rows`);
    await page.context().close();
});

// ---- people by name ----------------------------------------------------------------------------------
const inOrder = (page, list) => page.evaluate((l) => { const c = new Intl.Collator('zh-u-co-pinyin', { numeric: true, sensitivity: 'base' }); return l.findIndex((x, i) => i > 0 && c.compare(l[i - 1], x) > 0); }, list);
await claim('all 240 people can be chosen, in filter and form, in the order of their names; the board stands in it too', async () => {
    await go(clerk, '#/calls');
    const names = await clerk.evaluate(() => [...document.querySelectorAll('[name=technician] option')].slice(1).map((o) => o.textContent));
    must(names.length > 230, `${names.length} names`);
    const wrong = await inOrder(clerk, names);
    must(wrong === -1, `${names[wrong - 1]} before ${names[wrong]}`);
    await go(boss, '#/board');
    const columns = await boss.evaluate(() => [...document.querySelectorAll('.column h2')].slice(1).map((h) => h.firstChild.textContent.trim()));
    must(columns.length > 200 && await inOrder(boss, columns) === -1, `${columns.slice(0, 12)}`);
});
await claim('read by technician the groups come in the order of names, up and down, page by page', async () => {
    for (const order of ['asc', 'desc']) {
        const seen = [];
        let next = '';
        for (let pages = 0; next !== null && pages < 20; pages += 1) {
            const page = await ask(boss, 'GET', `/registers/calls?sort=technician&order=${order}&limit=37${next ? `&cursor=${next}` : ''}`);
            seen.push(...page.rows.map((r) => (r.technician ? r.technician.name : '')));
            next = page.next;
        }
        const groups = seen.filter((name, i) => i === 0 || name !== seen[i - 1]);
        const up = order === 'asc' ? groups : [...groups].reverse();
        must(groups.length > 20 && up[0] === '', `${groups.length} groups, ${up.slice(0, 4)}`);
        const wrong = await inOrder(boss, up);
        must(wrong === -1, `${up[wrong - 1]} before ${up[wrong]}`);
        must(seen.length > 240, `${seen.length} calls`);
    }
});

// ---- figures lead to what they count -------------------------------------------------------------------
const count = async (page) => {
    for (let more = page.locator('[data-key=more]'); await more.count();) {
        const n = await rows(page);
        await more.click();
        await page.waitForFunction((k) => document.querySelectorAll('#rows tbody tr').length !== k || !document.querySelector('[data-key=more]'), n);
    }
    return rows(page);
};
await claim('every figure of the overview leads to a list of just so many rows, with and without a branch', async () => {
    for (const [what, n] of [['LQ-1', {}], ['LQ-2', { due: 1767225600000 }]]) { // one open, one past its time without help
        await ask(clerk, 'POST', '/goods', { fields: { job: 'J-261120-02', what: `a thing ${what}`, receipt: what, acknowledged: 1, ...n } });
    }
    for (const login of ['super', 'super2', 'admin']) {
        const page = await open(login, { lang: 'en-GB' });
        await go(page, '#/dashboard');
        await page.waitForSelector('.legend a');
        await shot(page, `overview-${login}`);
        const all = await page.evaluate(() => [...document.querySelectorAll('.tile, .legend a')].map((a) => ({ href: a.getAttribute('href'), n: a.querySelector('b').textContent, what: a.textContent })));
        must(all.length >= 18, `${all.length} figures`);
        for (const f of all) {
            await go(page, f.href);
            if (f.href === '#/board') {
                const n = await page.evaluate(() => document.querySelector('.column.nobody h2 span').textContent || '0');
                must(n === f.n, `${login}: ${f.what}: the board has ${n}`);
            } else if (/CNY/.test(f.n)) {
                const sum = await page.evaluate(() => [...document.querySelectorAll('#rows td.num')].reduce((s, td) => s + Number(td.textContent.replace('CNY', '') || 0), 0));
                must(`CNY ${sum.toFixed(2)}` === f.n, `${login}: ${f.what}: the list has ${sum}`);
            } else {
                const n = await count(page);
                must(String(n) === f.n, `${login}: ${f.what} (${f.href}): the list has ${n}`);
            }
        }
        await page.context().close();
    }
});

// ---- a file for the accountant -----------------------------------------------------------------------------
await claim('the file of cash in hand says in either language who owes how much, in words and in yuan, and sums are numbers', async () => {
    for (const [lang, heads, words] of [['zh-CN', ['"未交款（元）"', '"技术员"'], ['"A 有费"']], ['en-GB', ['"Cash in hand (CNY)"', '"Technician"'], ['"A paid"']]]) {
        const page = await open('acct', { lang });
        await go(page, '#/cash');
        const [file] = await Promise.all([page.waitForEvent('download'), page.click('[data-key=csv]')]);
        const text = readFileSync(await file.path(), 'utf8');
        const line = text.split('\r\n').find((l) => l.includes('"J-261120-01"')) || '';
        for (const h of heads) { must(text.split('\r\n')[0].includes(h), `${lang}: ${h}: ${text.slice(0, 300)}`); }
        for (const w of ['"T01"', ',253.00,', ...words]) { must(line.includes(w), `${lang}: ${w}: ${line}`); }
        must(!/(^|,)"?\d{13}"?(,|$)/m.test(text) && /"2026-11-\d\d \d\d:\d\d"/.test(line), `${lang}: times: ${line}`);
        must(text.startsWith('\uFEFF"') && file.suggestedFilename() === 'cash.csv', file.suggestedFilename());
        await page.context().close();
    }
});

// ---- what is offered -------------------------------------------------------------------------------------
await claim('a call is not offered to be struck off while its cash is out or its goods are here; why is said; then it is', async () => {
    const acct = await open('acct');
    const offered = () => button(clerk, 'archive').count();
    const said = (words) => clerk.waitForFunction((w) => (document.querySelector('.barred') || { textContent: '' }).textContent.includes(w), words);
    await go(clerk, '#/vouchers');
    await row(clerk, 'J-261120-01').locator('a').first().click();
    await said('253.00');
    must(await offered() === 0, 'it is offered');
    await shot(clerk, 'barred');
    const one = await ask(clerk, 'POST', '/goods', { fields: { job: 'J-261120-01', what: 'a thing', receipt: 'LQ-3', acknowledged: 1 } });
    await clerk.waitForFunction(() => document.querySelectorAll('.barred').length === 2 || /LQ-3/.test(document.querySelector('#detail').textContent));
    await ask(acct, 'POST', '/jobs/J-261120-01/cash', { amount: 25300 });
    await said('LQ-3');
    must(await offered() === 0, 'it is offered');
    for (const [step, fields, who] of [['begin', { repairer: 'T02' }, clerk], ['finish', { minutes: 5 }, clerk], ['pass', {}, boss], ['out', {}, clerk], ['void', { signed_back: Date.now() }, clerk]]) { await ask(who, 'POST', `/goods/${one.id}/${step}`, { fields }); }
    await button(clerk, 'archive').waitFor();
    must(await clerk.locator('.barred').count() === 0, 'nothing bars it any more');
    await acct.context().close();
});
await claim('the history of a visit says how sure its clock was: a handheld that was a day behind is found out, and the time that is shown lies within what receipts prove', async () => {
    await go(clerk, '#/calls?number_from=J-261120-01&number_to=J-261120-01');
    await row(clerk, 'J-261120-01').locator('a').first().click();
    await clerk.locator('#detail .timeline', { hasText: '时钟不准，当时显示 2026-11-21 09:' }).waitFor();
    const all = (await ask(clerk, 'GET', '/jobs/J-261120-01')).visits_list.flatMap((v) => [...v.facts, ...v.signatures]);
    const known = all.filter((f) => f.made_before_ms != null);
    must(known.length > 5 && known.every((f) => f.clock_wrong && f.shown_ms >= f.made_after_ms && f.shown_ms <= f.made_before_ms), JSON.stringify(all.slice(0, 3)));
    await shot(clerk, 'clock');
});
await claim('two who dispatch one call: the second sees to whom the first gave it, in the form and before he overwrites', async () => {
    const two = await open('super', { width: 390 });
    for (const page of [boss, two]) {
        await go(page, '#/calls?number_from=Q-003&number_to=Q-003');
        await row(page, 'Q-003').locator('a').first().click();
        await button(page, 'assign').click();
        await page.waitForSelector('#dialog[open] [name=technician]');
    }
    await boss.selectOption('#dialog [name=technician]', 'T01');
    await submit(boss);
    await closed(boss);
    await two.waitForFunction(() => /陈志强/.test(document.querySelector('#dialog .seen').textContent));
    await two.selectOption('#dialog [name=technician]', 'T02');
    await submit(two);
    await two.waitForSelector('#dialog fieldset');
    const both = await two.textContent('#dialog fieldset');
    must(both.includes('陈志强') && both.includes('王海燕') && both.includes('周建国'), both);
    await axe(two, 'the choice');
    await shot(two, 'dispatch-twice');
    await submit(two); // Enter: what stands is chosen
    await closed(two);
    must((await ask(two, 'GET', '/jobs/Q-003')).technician.code === 'T01', 'the first one stands');
    await button(two, 'assign').click();
    await two.selectOption('#dialog [name=technician]', 'T03');
    await ask(boss, 'POST', '/jobs/Q-003/assign', { technician: 'T02' });
    await submit(two);
    await two.waitForSelector('#dialog fieldset');
    await Promise.all([heard(two, '/api/v1/jobs/'), write(other, '/jobs/Q-003')]); // and a third one writes while he chooses
    await settle(two);
    must(!errors.length, errors.join(' | '));
    await two.check('#dialog input[value=mine]');
    await submit(two);
    await closed(two);
    must((await ask(two, 'GET', '/jobs/Q-003')).technician.code === 'T03', 'the choice stands');
    await two.context().close();
});
await claim('who types a name where a number belongs is led to the one whom he means', async () => {
    await go(clerk, '#/calls');
    await clerk.keyboard.press('n');
    await clerk.waitForSelector('#dialog[open] [name=customer]');
    await clerk.fill('#dialog [name=fault_told]', 'it hums');
    await clerk.fill('#dialog [name=customer]', '张伟');
    await submit(clerk);
    await clerk.waitForFunction(() => /138-0000-1002/.test(document.querySelector('#dialog .error').textContent));
    must(await clerk.inputValue('#dialog [name=customer]') === 'C-1002', 'his number stands there');
    await clerk.fill('#dialog [name=customer]', '杭州');
    await submit(clerk);
    await clerk.waitForFunction(() => /不止一个/.test(document.querySelector('#dialog .error').textContent));
    await clerk.fill('#dialog [name=customer]', '查无 此人');
    await submit(clerk);
    await clerk.waitForFunction(() => /找不到/.test(document.querySelector('#dialog .error').textContent));
    await shot(clerk, 'whom');
    await clerk.fill('#dialog [name=customer]', 'C-1002');
    await clerk.waitForFunction(() => /张伟/.test(document.querySelector('#dialog [data-field=customer] .seen').textContent));
    await submit(clerk);
    await closed(clerk);
});

// ---- live updates disturb nobody ---------------------------------------------------------------------------
const admin = await open('admin');
const pages = await admin.evaluate(async () => { const r = await import('/js/registers.js'); return [...Object.keys(r.PAGES), ...Object.keys(r.REGISTERS)].filter((p) => p !== 'search'); });
const drawn = () => admin.waitForFunction(() => document.body.dataset.ready === location.hash);
await claim('on every page what is held down is not drawn away by what others write: the press counts', async () => {
    for (const name of pages) {
        await go(admin, `#/${name}`);
        const key = name === 'dashboard' ? '.tile' : name === 'board' ? '.job a' : '#rows tbody a';
        const what = admin.locator(key).first();
        if (!await what.count()) { continue; }
        for (const how of ['finger', 'space']) {
            if (how === 'space' && name !== 'dashboard' && name !== 'board' && !await admin.locator('#rows th button').count()) { continue; }
            const target = how === 'finger' ? what : admin.locator(name === 'dashboard' || name === 'board' ? '.top [data-do=me]' : '#rows th button').first();
            if (how === 'finger') { await target.hover(); await admin.mouse.down(); } else { await target.focus(); await admin.keyboard.down(' '); }
            const element = await target.elementHandle();
            await write(other);
            await write(other, '/customers/C-1001');
            await settle(admin);
            must(await element.evaluate((e) => e.isConnected), `${name}: drawn anew under the ${how}`);
            const before = await admin.evaluate(() => location.hash + document.querySelector('#dialog').open);
            if (how === 'finger') { await admin.mouse.up(); } else { await admin.keyboard.up(' '); }
            await admin.waitForFunction((b) => location.hash + document.querySelector('#dialog').open !== b, before);
            await drawn(); // no record is there yet that Escape could shut; shut late, it would take the focus from the next
            await admin.keyboard.press('Escape');
            await drawn();
        }
    }
});
await claim('on every page the focus, a selection and what is half typed survive what others write', async () => {
    for (const name of pages) {
        await go(admin, `#/${name}`);
        await admin.fill('#search', 'half a');
        const keys = await admin.evaluate(() => { const all = [...document.querySelectorAll('#main [data-key]')].filter((e) => e.getClientRects().length); return all.filter((e, i) => i % Math.ceil(all.length / 5) === 0).map((e) => e.dataset.key); });
        for (const key of keys) {
            await admin.evaluate((k) => {
                const e = document.querySelector(`#main [data-key="${CSS.escape(k)}"]`);
                e.focus();
                if (e.matches('input:not([type=date])')) { e.value = 'half b'; }
            }, key);
            await write(other);
            await settle(admin);
            const now = await admin.evaluate(() => ({ key: document.activeElement.dataset.key, value: document.activeElement.value, typed: document.querySelector('#search').value }));
            must(now.key === key && now.typed === 'half a' && (!/^f-(number|customer|branch)/.test(key) || now.value === 'half b'), `${name} ${key}: ${JSON.stringify(now)}`);
        }
    }
    await go(clerk, '#/calls?sort=number');
    await row(clerk, 'J-261120-01').locator('a').first().click(); // no limit of it runs, which a minute would draw anew
    await clerk.waitForSelector('#detail dl dd');
    const text = await clerk.evaluate(() => { const dd = document.querySelector('#detail dl dd'); getSelection().selectAllChildren(dd); return String(getSelection()); });
    await Promise.all([heard(clerk, '/jobs/'), write(other)]);
    await settle(clerk);
    must(text && await clerk.evaluate(() => String(getSelection())) === text, 'the selection is gone');
    await clerk.evaluate(() => getSelection().removeAllRanges());
    await row(clerk, 'L-5').locator('a').first().click();
    await clerk.waitForFunction(() => /L-5/.test(document.querySelector('#detail').textContent));
    await button(clerk, 'edit').click();
    await clerk.fill('#dialog [name=note]', 'half written');
    const l5 = await clerk.evaluate(() => location.hash.split('/').pop().split('?')[0]);
    await write(other, `/jobs/${l5}`);
    await clerk.waitForFunction(() => /news/.test(document.querySelector('#dialog [data-field=note] .seen').textContent));
    must(await clerk.inputValue('#dialog [name=note]') === 'half written', 'what was typed is gone');
    await clerk.keyboard.press('Escape');
    await closed(clerk);
});

await claim('a session that ends under a half-written form is begun again over it: what was typed is still there, and nothing is seen meanwhile', async () => {
    // By what he sends, or before that by what the page asks of itself.
    const ended = async () => {
        await clerk.evaluate(() => { if (!document.querySelector('#again').open) { document.querySelector('#dialog button[value=go]').click(); } });
        await clerk.waitForSelector('#again[open] input');
    };
    await go(clerk, '#/calls');
    await clerk.keyboard.press('n');
    await clerk.fill('#dialog [name=fault_told]', 'half a fault');
    await clerk.fill('#dialog [name=c_name]', 'Golden Lotus');
    await ask(admin, 'POST', '/users/clerk/disable');
    await ask(admin, 'POST', '/users/clerk/enable');
    await ended();
    must(!(await clerk.isVisible('#dialog [name=fault_told]')) && !(await clerk.isVisible('#rows')), 'the page is seen by nobody in particular');
    await axe(clerk, 'the door over a form', '#again');
    await shot(clerk, 'again');
    await clerk.fill('#again input', 'not the password');
    await clerk.keyboard.press('Enter');
    await clerk.waitForFunction(() => document.querySelector('#again .error').textContent);
    await clerk.fill('#again input', PASSWORD);
    await clerk.keyboard.press('Enter');
    await clerk.waitForFunction(() => !document.querySelector('#again').open);
    must(await clerk.inputValue('#dialog [name=fault_told]') === 'half a fault', 'it is lost');
    await submit(clerk);
    await closed(clerk);
    await row(clerk, 'Golden Lotus').waitFor();
    await clerk.keyboard.press('n');
    await clerk.waitForSelector('#dialog[open] form');
    await clerk.fill('#dialog [name=fault_told]', 'another');
    await clerk.fill('#dialog [name=c_name]', 'B');
    await ask(admin, 'POST', '/users/clerk/disable');
    await ask(admin, 'POST', '/users/clerk/enable');
    await ended();
    await clerk.click('#again [data-do=leave]');
    await clerk.waitForSelector('#login');
    await knock(clerk, 'clerk');
    await clerk.waitForSelector('#nav', { state: 'attached' });
});

// ---- the keyboard alone --------------------------------------------------------------------------------------
// Tab by Tab round the page: what was reached, and what had no ring to be seen by.
async function walk(page) {
    const all = await page.evaluate(() => {
        window.walkable = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')].filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && e.tabIndex >= 0 && (!document.querySelector('dialog[open]') || e.closest('dialog')));
        window.met = new Set();
        document.activeElement.blur();
        return window.walkable.length + 5 * window.walkable.filter((e) => /date/.test(e.type)).length; // a date's parts are stops
    });
    const blind = [];
    for (let i = 0; i < all + 6; i += 1) {
        await page.keyboard.press('Tab');
        const one = await page.evaluate(() => {
            const e = document.activeElement;
            window.met.add(e);
            const s = getComputedStyle(e);
            return e === document.body || e.matches('dialog') || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) ? '' : e.outerHTML.slice(0, 80);
        });
        if (one) { blind.push(one); }
    }
    const missed = await page.evaluate(() => window.walkable.filter((e) => e.isConnected && !window.met.has(e) && e.type !== 'radio').map((e) => e.outerHTML.slice(0, 80)));
    return { missed, blind };
}
await claim('by Tab alone everything on every page is reached, each in a ring that is seen, wide and narrow', async () => {
    for (const width of [1280, 390]) {
        await admin.setViewportSize({ width, height: 800 });
        for (const name of pages) {
            await go(admin, name === 'calls' ? '#/calls?number_from=J-2&number_to=J-9' : name === 'people' ? '#/people?number_from=T&number_to=T99' : name === 'board' ? '#/dashboard' : `#/${name}`);
            const link = admin.locator('#rows tbody a').first();
            if (await link.count()) { await link.click(); await admin.waitForSelector('#detail h2'); }
            const { missed, blind } = await walk(admin);
            must(missed.length === 0, `${name} ${width}: not reached: ${missed.slice(0, 3).join(' ; ')}`);
            must(blind.length === 0, `${name} ${width}: no ring: ${blind.slice(0, 3).join(' ; ')}`);
        }
    }
});
await claim('narrow, by keys: a record takes the focus as it opens, gives it back to its row, and the list keeps its place; the menu shuts behind', async () => {
    await admin.setViewportSize({ width: 390, height: 800 });
    await go(admin, '#/customers');
    const held = () => admin.evaluate(() => document.activeElement.tagName + (document.activeElement.dataset.key || ''));
    const key = await admin.evaluate(() => { const all = document.querySelectorAll('#rows tbody a'); const a = all[all.length - 2]; a.focus(); a.scrollIntoView({ block: 'center' }); return a.dataset.key; });
    const top = await admin.evaluate(() => document.querySelector('#main').scrollTop);
    await admin.keyboard.press('Enter');
    await admin.waitForFunction(() => document.activeElement.matches('#detail h2'));
    must(top > 0 && await admin.evaluate(() => document.querySelector('#main').scrollTop) === 0, 'the record begins at its top');
    await admin.keyboard.press('Escape');
    await admin.waitForFunction((k) => document.activeElement.dataset.key === k, key);
    must(await admin.evaluate(() => document.querySelector('#main').scrollTop) === top, 'the list has moved');
    await admin.focus('.menu');
    await admin.keyboard.press('Enter');
    must(await admin.getAttribute('.menu', 'aria-expanded') === 'true', 'it says that it is open');
    await admin.focus('nav [data-page=slips]');
    await admin.keyboard.press('Enter');
    await admin.waitForFunction(() => document.body.dataset.ready === '#/slips');
    must(await admin.getAttribute('.menu', 'aria-expanded') === 'false' && await held() === 'H1', `${await held()}`);
    await admin.keyboard.press('g');
    await admin.keyboard.press('Escape');
    must(await admin.evaluate(() => document.activeElement.matches('.menu') && !document.body.classList.contains('menu-open')), 'Esc shuts the menu');
    await admin.setViewportSize({ width: 1280, height: 800 });
    await go(admin, '#/customers');
    await admin.focus('#rows tbody a');
    await admin.keyboard.press('Enter');
    await admin.waitForSelector('#detail h2');
    await admin.keyboard.press('Enter');
    must(await admin.evaluate(() => document.activeElement.matches('#detail h2')), 'Enter once more leads into the record');
});
await claim('after a step whose button goes the keyboard stands at the record, not at the top of the page', async () => {
    const keeper = await open('keeper');
    const slip = await ask(clerk, 'POST', '/slips', { code: 'LL-1', fields: { technician: 'T01', part: 'AC-CAP-35', quantity: 1000 } });
    await go(boss, `#/slips/${slip.id}`);
    await button(boss, 'approve').focus();
    await boss.keyboard.press('Enter');
    await boss.waitForSelector('#dialog[open]');
    await boss.keyboard.press('Tab');
    await submit(boss);
    await closed(boss);
    await boss.waitForFunction(() => !document.querySelector('#detail [data-act=approve]'));
    await settle(boss);
    must(await boss.evaluate(() => document.activeElement.closest('#detail') !== null), await boss.evaluate(() => document.activeElement.outerHTML.slice(0, 80)));
    await keeper.context().close();
});

// ---- every dialog ---------------------------------------------------------------------------------------------
await claim('every dialog of every role, in both languages and widths: no serious finding, no sideways scrolling, all of it by Tab', async () => {
    const at = { calls: 'J-261120-02', goods: 'LQ-1', slips: 'LL-1', customers: 'L-1', equipment: 'L-3', contracts: '', stock: '', people: 'T01', devices: '', users: 'clerk', editions: '', days: '', vouchers: 'J-261120-01', invoices: '' };
    await ask(boss, 'POST', '/days', { fields: { day: 1763596800000, technician: 'T01', a: 60, b: 0, c: 0, d: 0 } });
    const seen = new Set(); // a form of two roles is one form
    for (const login of ['clerk', 'super', 'acct', 'keeper', 'manager', 'dept', 'admin']) {
        const page = await open(login);
        for (const [name, code] of Object.entries(at)) {
            if (!await page.locator(`nav a[data-page=${name}]`).count()) { continue; }
            await go(page, `#/${name}`);
            const link = (code ? row(page, code).locator('a') : page.locator('#rows tbody a')).first();
            if (await link.count()) { await link.click(); await page.waitForSelector('#detail h2'); }
            const acts = [...(await page.locator('[data-key=new]').count() ? ['new'] : []), ...await page.evaluate(() => [...document.querySelectorAll('#detail button[data-act]')].map((b) => b.dataset.act))];
            for (const act of acts.filter((a) => !['voucher', 'receipt', 'card', 'paper', 'file', 'admit'].includes(a) && !seen.has(`${name} ${a} en 1280`))) {
                for (const [lang, width] of [['zh', 1280], ['zh', 390], ['en', 390], ['en', 1280]]) {
                    const where = `${login} ${name} ${act} ${lang} ${width}`;
                    if (!(await page.evaluate((l) => document.documentElement.lang.startsWith(l), lang))) {
                        await page.click('.top [data-do=language]');
                        await page.waitForFunction((l) => document.documentElement.lang.startsWith(l) && document.querySelector('#rows table, #rows .empty') && (!location.hash.includes('/', 3) || document.querySelector('#detail h2')), lang);
                    }
                    await page.setViewportSize({ width, height: 800 });
                    await page.locator(act === 'new' ? '[data-key=new]' : `#detail button[data-act="${act}"]`).evaluate((b) => b.click());
                    await page.waitForSelector('#dialog[open] form');
                    must(await page.evaluate(() => { const d = document.querySelector('#dialog'); return d.scrollWidth <= d.clientWidth && document.documentElement.scrollWidth <= innerWidth; }), `${where} scrolls sideways`);
                    const told = await page.evaluate(() => {
                        const d = document.querySelector('#dialog'), [leave, go] = ['[data-do=cancel]', '[value=go]'].map((s) => d.querySelector(s).textContent);
                        const bar = d.querySelector('.buttons').getBoundingClientRect(), box = d.getBoundingClientRect();
                        return { leave, go, inSight: bar.bottom <= Math.min(box.bottom, innerHeight) + 1, about: (d.querySelector('.about') || {}).textContent || '', labels: [...d.querySelectorAll('.field label')].map((l) => l.textContent.trim()) };
                    });
                    must(told.inSight, `${where}: what it does lies below the fold`);
                    must(!told.go.startsWith(told.leave), `${where}: ${told.leave} and ${told.go} are one word to whoever hurries`);
                    must(['new', 'edit', 'call', 'goods', 'slip', 'invoice'].includes(act) || told.about.length > 2, `${where} does not say of what`);
                    must(!/^(customers|equipment)$/.test(name) || !told.labels.some((l) => /^姓名/.test(l)), `${where}: a thing and a company have no personal name`);
                    await axe(page, where, '#dialog');
                    if (lang !== 'en' || width !== 390) { await shot(page, `dialog-${name}-${act}-${lang}-${width}`); }
                    if (lang === 'en' && width === 1280) {
                        const { missed, blind } = await walk(page);
                        must(missed.length === 0 && blind.length === 0, `${where}: ${[...missed, ...blind].slice(0, 3).join(' ; ')}`);
                    }
                    await page.keyboard.press('Escape');
                    await closed(page);
                    seen.add(where.slice(login.length + 1));
                }
            }
        }
        await page.context().close();
    }
    must(seen.size >= 4 * 30, `${seen.size} dialogs`);
    console.log(`# counted: ${seen.size} dialogs looked at`);
});

// ---- repair cards ---------------------------------------------------------------------------------------------
await claim('repair cards are those of the things in the workshop; all, or those of a state, when they are asked for; the file and the paper follow', async () => {
    const steps = [['begin', { repairer: 'T02' }, clerk], ['finish', { minutes: 5 }, clerk], ['pass', {}, boss], ['out', {}, clerk], ['void', { signed_back: Date.now() }, clerk]];
    const [, over] = await Promise.all(['LK-1', 'LK-3'].map((receipt) => ask(clerk, 'POST', '/goods', { fields: { job: 'J-261120-02', what: 'a thing', receipt, acknowledged: 1 } })));
    for (const [step, fields, who] of steps) { await ask(who, 'POST', `/goods/${over.id}/${step}`, { fields }); }
    const keeper = await open('super');
    const receipts = () => keeper.evaluate(() => [...document.querySelectorAll('#rows tbody tr')].map((tr) => tr.querySelector('a').textContent));
    const settled = (hash) => keeper.waitForFunction((h) => location.hash === h && document.body.dataset.ready === h, hash);
    for (const [lang, words] of [['zh', '在车间'], ['en', 'In the workshop']]) {
        if (lang === 'en') { await keeper.click('.top [data-do=language]'); await keeper.waitForFunction(() => document.documentElement.lang.startsWith('en')); }
        for (const width of [1280, 390]) {
            await keeper.setViewportSize({ width, height: 800 });
            await go(keeper, '#/calls');
            await go(keeper, '#/cards');
            const here = await receipts();
            must(here.includes('LK-1') && !here.includes('LK-3'), `${here}`);
            must(await keeper.evaluate(() => document.querySelector('[name=only] option:checked').textContent) === words, 'the filter says so');
            must(!(await sideways(keeper)), 'scrolls sideways');
            await axe(keeper, `cards ${lang} ${width}`);
            await shot(keeper, `cards-${lang}-${width}`);
        }
        await keeper.setViewportSize({ width: 1280, height: 800 });
    }
    await go(keeper, '#/calls');
    await go(keeper, '#/cards'); // where its filter is open
    must((await keeper.getAttribute('[data-key=csv]', 'href')).includes('only=workshop'), 'the file is of more');
    await keeper.selectOption('[name=only]', 'all');
    await settled('#/cards?only=all');
    must((await receipts()).includes('LK-3') && (await receipts()).includes('LK-1'), `all: ${await receipts()}`);
    must(!(await keeper.getAttribute('[data-key=csv]', 'href')).includes('only='), 'the file is of less');
    await keeper.click('[data-do=clear]');
    await settled('#/cards');
    await keeper.selectOption('[name=state]', 'voided');
    await settled('#/cards?state=voided');
    must((await receipts()).includes('LK-3') && !(await receipts()).includes('LK-1'), `voided: ${await receipts()}`);
    await keeper.context().close();
});

// ---- on paper ------------------------------------------------------------------------------------------------
// What stands on the sheet, as a reader of the PDF finds it; a line's end is no end of a word.
async function paper(page, name) {
    const session = await page.context().newCDPSession(page);
    const { data } = await session.send('Page.printToPDF', { preferCSSPageSize: true, paperWidth: 8.27, paperHeight: 11.69 });
    writeFileSync(`${shots}/${name}.pdf`, Buffer.from(data, 'base64'));
    const text = execFileSync('pdftotext', ['-layout', `${shots}/${name}.pdf`, '-'], { encoding: 'utf8' });
    const pages = Number(/Pages: +(\d+)/.exec(execFileSync('pdfinfo', [`${shots}/${name}.pdf`], { encoding: 'utf8' }))[1]);
    return { text, flat: text.replace(/\s+/g, ''), pages };
}
await claim('vouchers, receipts, cards, slips, reports and invoices are clean sheets of paper in both languages: one page, nothing cut, no controls', async () => {
    const acct = await open('acct');
    const goods = await ask(clerk, 'POST', '/goods', { fields: { job: 'L-5', what: `${'杭州湾钱塘江畔股份公司'.repeat(8)} 主机一台，附遥控器`, receipt: 'LQ-9', acknowledged: 1 } });
    const invoice = await ask(acct, 'POST', '/invoices', { code: 'FP-9', fields: { job: 'J-261120-01', amount: 25300 } });
    const report = await ask(boss, 'POST', '/days', { fields: { day: 1763683200000, technician: 'T01', a: 90, b: 0, c: 45, d: 30, lines: 'A 09:20-10:50 90 J-261120-01 换电容\nC 11:00-11:45 45 J-261120-02 校温\nD 16:00-16:30 30 - 清点配件' } });
    const slip = (await ask(boss, 'GET', '/registers/slips?limit=1')).rows[0];
    const job = (await ask(clerk, 'GET', '/registers/calls?number_from=J-261120-01&number_to=J-261120-01')).rows[0];
    for (const lang of ['zh-CN', 'en-GB']) {
        const zh = lang === 'zh-CN';
        for (const [login, where, act, words] of [
            ['clerk', `#/calls/${job.id}`, 'voucher', [zh ? '服务凭证' : 'Service report', '刘美华', 'AC-CAP-35', '253.00', '清水苑', '安心家电服务']],
            ['clerk', `#/goods/${goods.id}`, 'receipt', [zh ? '客户商品领取收据' : 'Goods receipt', 'LQ-9', '杭州湾钱塘江畔股份公司'.repeat(8), '附遥控器']],
            ['clerk', `#/goods/${goods.id}`, 'card', [zh ? '修护卡' : 'Repair card', 'LQ-9', '附遥控器']],
            ['super', `#/slips/${slip.id}`, 'paper', [zh ? '领料单' : 'Issue slip', slip.fields.part]],
            ['super', `#/days/${report.id}`, 'paper', [zh ? '日报' : 'Daily report', '09:20-10:50', '换电容', '清点配件', '陈志强']],
            ['acct', `#/invoices/${invoice.id}`, 'paper', [zh ? '发票' : 'Invoice', 'FP-9', '253.00', '刘美华']],
        ]) {
            const page = await open(login, { lang });
            await go(page, where);
            await button(page, act).click();
            await page.waitForFunction(() => window.printed === 1);
            const p = await paper(page, `paper-${act}-${where.slice(2).split('/')[0]}-${lang}`);
            for (const w of words) { must(p.flat.includes(w.replace(/\s+/g, '')), `${where} ${lang}: ${w} is not on paper: ${p.text.slice(0, 400)}`); }
            must(p.pages === 1, `${where} ${lang}: ${p.pages} pages`);
            must(!/CSV|English|中文/.test(p.text), `${where} ${lang}: controls are on paper`);
            await page.context().close();
        }
        const page = await open('clerk', { lang });
        await go(page, '#/calls?sort=number');
        await page.click('[data-key=print]');
        await page.waitForFunction(() => window.printed === 1);
        const p = await paper(page, `paper-list-${lang}`);
        must(p.pages > 4 && p.text.includes('Q-000') && p.text.includes('Q-227') && !/CSV/.test(p.text), `the list: ${p.pages} pages`);
        for (const head of zh ? ['叫修时间', '编号', '客户 / 设备', '故障', '技术员', '状态', '时限'] : ['Called', 'Number', 'Customer and equipment', 'Fault', 'Technician', 'State', 'Deadline']) {
            must(p.text.split(head).length > p.pages, `${head} does not head each of ${p.pages} pages: ${p.text.slice(0, 600)}`);
        }
        must(!/口令|password/.test(p.text), 'nothing else is there');
        await page.context().close();
    }
    await acct.context().close();
});

// ---- too long, too few ---------------------------------------------------------------------------------------
await claim('names too long for any column: no page scrolls sideways, each is whole in its title and in its record', async () => {
    for (const lang of ['zh-CN', 'en-GB']) {
        for (const width of [1280, 390]) {
            const page = await open('admin', { lang, width });
            for (const [name, code] of [['calls', 'L-5'], ['calls', 'L-6'], ['customers', 'L-1'], ['customers', 'L-2'], ['equipment', 'L-3'], ['equipment', 'L-4'], ['people', 'P998'], ['people', 'P999']]) {
                const where = `${name} ${code} ${lang} ${width}`;
                await go(page, `#/${name}?number_from=${code}&number_to=${code}`);
                must(!(await sideways(page)), `${where} scrolls sideways`);
                const cut = await page.evaluate(() => [...document.querySelectorAll('#rows td')].filter((td) => td.scrollWidth > td.clientWidth + 1 && !td.title && td.textContent.trim()).map((td) => td.outerHTML.slice(0, 120)));
                must(cut.length === 0, `${where}: cut without a title: ${cut[0]}`);
                await shot(page, `long-${name}-${code}-${lang}-${width}`);
                await page.locator('#rows tbody a').first().click();
                await page.waitForSelector('#detail h2');
                must(!(await sideways(page)), `${where} record scrolls sideways`);
                await shot(page, `long-${name}-${code}-record-${lang}-${width}`);
            }
            for (const name of ['board', 'dashboard', 'search?q=%E9%92%B1%E5%A1%98%E6%B1%9F']) {
                await go(page, `#/${name}`);
                must(!(await sideways(page)), `${name} scrolls sideways`);
                await shot(page, `long-${name.slice(0, 6)}-${lang}-${width}`);
            }
            await page.context().close();
        }
    }
});
await claim('an empty list says so and offers what may be made; one that a filter emptied says that, and how to widen it', async () => {
    for (const [login, name, may] of [['clerk', 'goods', true], ['manager', 'calls', false], ['admin', 'tokens', true], ['keeper', 'slips', true]]) {
        const page = await open(login, { lang: 'en-GB' });
        await go(page, `#/${name}?from=2001-01-01&to=2001-01-02`);
        const empty = page.locator('#rows .empty');
        must(/Nothing matches the filter/.test(await empty.textContent()), await empty.textContent());
        await axe(page, `${name} empty`);
        await shot(page, `empty-filtered-${name}`);
        if (name === 'tokens') {
            await empty.locator('[data-do=clear]').click();
            await page.waitForFunction(() => /No other program has access/.test(document.querySelector('#rows').textContent));
            must(await empty.locator('[data-do=new]').count() === 1, 'making one is offered');
            await shot(page, 'empty-tokens');
            await empty.locator('[data-do=new]').click();
            await page.waitForSelector('#dialog[open] [name=label]');
        }
        if (!may) { must(await page.locator('[data-do=new]').count() === 0, 'it is offered to who may not'); }
        await page.context().close();
    }
});
await claim('no error stands in the console', async () => must(errors.length === 0, errors.slice(0, 5).join(' | ')));
await end();
