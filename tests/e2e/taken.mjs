// The browser's half of 89-taken-call.sh: node taken.mjs URL SHOTS PROVISIONAL. Prints ok and not ok.
// A clerk finds the call that a technician took, looks at what is new with it, mends it, and puts it on file.
import { axe, button, claim, end, go, hear, inside, knock, must, newPage, row, submit } from './lib/browser.mjs';

const [, , url, shots, provisional] = process.argv;

const errors = [];
async function open(lang, width) {
    const page = await newPage({ viewport: { width, height: 800 }, locale: lang });
    hear(page, errors);
    await page.goto(url);
    await knock(page, 'clerk');
    await inside(page);
    await go(page, '#/proposals');
    return page;
}
async function shown(page, name) {
    await axe(page, name);
    await page.screenshot({ path: `${shots}/${name}.png` });
}
const look = async (page) => {
    await row(page, 'Ice maker').locator('a').click();
    await button(page, 'looked').waitFor();
    return page.textContent('#detail');
};

const wide = await open('zh-CN', 1280), narrow = await open('en-GB', 390);
await claim('the clerk finds it among the proposals, with customer and equipment by name, in both languages and widths', async () => {
    for (const [page, warning, name] of [[wide, '由技术员接报', 'taken-zh-1280'], [narrow, 'A technician took this call', 'taken-en-390']]) {
        const text = await look(page);
        for (const words of [warning, provisional, 'Harbour Canteen', 'Ice maker', 'no ice']) { must(text.includes(words), `${words}: ${text.slice(0, 400)}`); }
        must(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no scrolling sideways');
        await shown(page, name);
    }
});
await claim('its equipment is one tap from the call, and is mended by its form', async () => {
    await wide.locator('#detail dd a', { hasText: 'Ice maker' }).click();
    await button(wide, 'edit').click();
    await wide.fill('#dialog [name=model]', 'IM-5');
    await submit(wide);
    await wide.waitForFunction(() => !document.querySelector('#dialog').open && document.querySelector('#detail').textContent.includes('IM-5'));
    await wide.goBack();
    await wide.waitForFunction(() => location.hash.startsWith('#/proposals') && document.body.dataset.ready === location.hash);
});
await claim('put on file, it leaves the proposals, and the other clerk\'s page says so by itself', async () => {
    await look(wide);
    await button(wide, 'looked').click();
    await wide.waitForSelector('#dialog[open]');
    await shown(wide, 'taken-form-zh');
    await submit(wide);
    for (const page of [wide, narrow]) {
        await page.waitForFunction(() => !document.querySelector('#detail [data-act="looked"]'));
        await page.waitForFunction(() => !document.querySelector('#rows').textContent.includes('Ice maker'));
    }
    await narrow.waitForFunction(() => !/waits to be put on file/.test(document.querySelector('#detail').textContent));
});
await claim('no error in the browser', async () => must(errors.length === 0, errors.slice(0, 3).join(' | ')));
await end();
