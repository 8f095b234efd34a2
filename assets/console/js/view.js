// From views to the page: mustache.js escapes all that is shown; nothing else makes HTML.
export const $ = (selector, from = document) => from.querySelector(selector);
export const render = (template, view, partials) => globalThis.Mustache.render(template, view, partials);

// Answers come in any order, and some when nobody waits for them any more. Who asks takes a turn at the place where he
// will draw; he may, unless somebody who asked later has drawn there already, or the place was left.
export function place() {
    let asked = 0, drawn = 0;
    return {
        turn() {
            const mine = asked += 1;
            return () => {
                if (mine < drawn) { return false; }
                drawn = mine;
                return true;
            };
        },
        leave() { drawn = asked += 1; },
    };
}
export const onMain = place(); // left with each address

// Draws into an element, and leaves it alone where nothing is new: what is selected, ticked or held stays. The
// focus goes back to what had it and ticks to what was ticked, by data-key; where that is gone, to the heading
// (data-home), or to what stands at its place. `anew`: a form, which begins empty each time.
const drawn = new WeakMap();
export function draw(element, template, view, partials, anew) {
    const html = render(template, view, partials);
    const last = drawn.get(element);
    if (!anew && last && last.html === html && last.first === element.firstChild) { return; }
    const had = element.contains(document.activeElement) ? document.activeElement : null;
    const at = had ? [...element.querySelectorAll('[data-key]')].indexOf(had) : -1;
    const ticks = [...element.querySelectorAll('input[type=checkbox][data-key]:checked')].map((i) => i.dataset.key);
    element.innerHTML = html;
    drawn.set(element, { html, first: element.firstChild });
    element.querySelectorAll('input[type=checkbox][data-key]').forEach((i) => { i.checked = ticks.includes(i.dataset.key); });
    if (!had || anew) { return; }
    const keys = [...element.querySelectorAll('[data-key]')];
    const again = keys.find((e) => e.dataset.key === had.dataset.key) || $('[data-home]', element) || keys[Math.min(at, keys.length - 1)];
    if (again) { again.focus({ preventScroll: true }); }
}

// What changed elsewhere waits while something is pressed, by a finger or by the space bar: an element that
// is replaced between press and release takes no click. The click of a touch comes a moment after its release.
const CLICK_MS = 100;
let pressed = false;
let soon = 0;
const held = [];
function press(down) {
    if (!down) { return; }
    pressed = true;
    clearTimeout(soon); // pressed again before the last one counted as let go
    soon = 0;
}
function released() {
    if (pressed) { soon = soon || setTimeout(() => { pressed = false; soon = 0; held.splice(0).forEach((go) => go()); }, CLICK_MS); }
}
addEventListener('pointerdown', (e) => press(e.button === 0), true);
addEventListener('pointermove', (e) => { if (!e.buttons) { released(); } }, true); // let go outside the window
['pointerup', 'pointercancel'].forEach((type) => addEventListener(type, released, true));
addEventListener('keydown', (e) => press(e.key === ' '), true);
addEventListener('keyup', (e) => { if (e.key === ' ') { released(); } }, true);
addEventListener('blur', released); // the window's own
export const unpressed = () => (pressed ? new Promise((go) => { held.push(go); }) : null);

export function say(words) {
    const toast = $('#toast');
    toast.textContent = words;
    toast.classList.add('shown');
    clearTimeout(say.timer);
    say.timer = setTimeout(() => toast.classList.remove('shown'), 6000);
}

export const LOGIN = `
<main class="login" id="main"><form class="card" novalidate>
<h1>{{words.title}}</h1>
<p class="error" role="alert" hidden></p>
<label for="login">{{words.login}}</label>
<input id="login" name="login" autocomplete="username" autocapitalize="none" spellcheck="false" required>
<label for="password">{{words.password}}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button class="primary wide">{{words.enter}}</button>
<p class="muted"><button type="button" class="link" data-do="language" lang="{{other.lang}}">{{other.name}}</button></p>
</form></main>`;

export const SHELL = `
<a class="skip" href="#main" data-do="skip">{{words.skip}}</a>
<header class="top">
<button class="menu" data-do="menu" aria-expanded="false" aria-controls="nav" aria-label="{{words.menu}}">☰</button>
<a class="brand" href="#/">Docket <span>{{words.hq}}</span></a>
<form role="search" class="search">{{#can.search}}<input id="search" type="search" name="q" aria-label="{{words.search}}" placeholder="{{words.searchHint}}" autocomplete="off">{{/can.search}}</form>
<button class="link" data-do="language" lang="{{other.lang}}">{{other.name}}</button>
<button class="link who" data-do="me" title="{{me.role}}">{{me.name}}<span class="muted">{{#me.branch}} · {{me.branch}}{{/me.branch}}</span></button>
</header>
<div id="greeting" role="alert" hidden></div>
<nav id="nav" aria-label="{{words.pages}}">{{#groups}}<h2>{{title}}</h2><ul>{{#pages}}
<li><a href="#/{{name}}" data-page="{{name}}"><span>{{title}}</span><b data-count="{{name}}"></b></a></li>{{/pages}}</ul>{{/groups}}</nav>
<main id="main" tabindex="-1"></main>`;
export const AGAIN = `<form method="dialog" novalidate><h2 id="again-title">{{words.title}}</h2><p>{{words.text}}</p>
<p class="error" role="alert" hidden></p>
<div class="field"><label for="again-password">{{words.password}}</label><input id="again-password" name="password" type="password" autocomplete="current-password" required></div>
<div class="buttons"><button type="button" data-do="leave">{{words.leave}}</button><button class="primary">{{words.enter}}</button></div></form>`;

export const TILES = `<ul class="tiles">{{#tiles}}<li><a class="tile" href="{{href}}" data-key="t-{{href}}"><span>{{label}}</span><b class="{{cls}}">{{value}}</b></a></li>{{/tiles}}</ul>`;

export const LIST = `
<div class="page"><section class="list" aria-labelledby="title">
<div class="bar"><h1 id="title" tabindex="-1" data-home>{{title}}</h1><div class="tools">
{{#fresh}}<button class="primary" data-do="new" data-key="new">{{fresh}} <kbd>N</kbd></button>{{/fresh}}
<a class="button" href="{{csv}}" download data-do="csv" data-key="csv">{{words.csv}}</a>
<button data-do="print-list" data-key="print">{{words.print}}</button></div></div>
<div id="tiles"></div>
{{#filters.length}}<details class="narrow"{{#wide}} open{{/wide}}><summary data-key="narrow">{{words.filter}} {{words.set}}</summary><form class="filters" aria-label="{{words.filter}}">{{#filters}}<label><span>{{label}}</span>
{{#options.length}}<select name="{{name}}" data-key="f-{{name}}">{{#options}}<option value="{{value}}"{{#on}} selected{{/on}}>{{label}}</option>{{/options}}</select>{{/options.length}}
{{#date}}<input type="date" name="{{name}}" value="{{value}}" data-key="f-{{name}}">{{/date}}{{#text}}<input name="{{name}}" value="{{value}}" size="8" data-key="f-{{name}}">{{/text}}</label>{{/filters}}
{{#filtered}}<button type="button" class="link" data-do="clear" data-key="clear">{{words.clear}}</button>{{/filtered}}</form></details>{{/filters.length}}
<div id="rows"></div></section>
<aside id="detail" aria-label="{{words.detail}}" hidden></aside></div>`;

export const ROWS = `
{{#of}}<p class="onpaper">{{of}}</p>{{/of}}{{#rows.length}}<table class="{{type}}"><thead><tr>{{#heads}}<th scope="col" class="{{cls}}"{{#sort}} aria-sort="{{aria}}" data-label="{{label}}"{{/sort}}>{{#sort}}<button type="button" class="sort" data-do="sort" data-by="{{by}}" data-key="s-{{label}}">{{label}}<span aria-hidden="true">{{arrow}}</span></button>{{/sort}}{{^sort}}{{label}}{{/sort}}</th>{{/heads}}</tr></thead>
<tbody>{{#rows}}<tr data-id="{{id}}" class="{{cls}}">{{#cells}}<td class="{{cls}}" data-label="{{label}}"{{#title}} title="{{title}}"{{/title}}>{{#href}}<a href="{{href}}" data-key="r-{{key}}">{{text}}</a>{{/href}}{{^href}}{{#box}}<span class="box">{{text}}</span>{{/box}}{{^box}}{{text}}{{/box}}{{/href}}</td>{{/cells}}</tr>{{/rows}}</tbody></table>
{{#next}}<p class="more"><button data-do="more" data-key="more">{{words.more}}</button></p>{{/next}}{{/rows.length}}
{{^rows.length}}<p class="empty">{{empty}}{{#next}} <button data-do="more" data-key="more">{{words.further}}</button>{{/next}}{{#clear}} <button data-do="clear" data-key="clear-empty">{{clear}}</button>{{/clear}}{{#fresh}} <button data-do="new" data-key="new-empty">{{fresh}}</button>{{/fresh}}</p>{{/rows.length}}
{{#next}}<p class="onpaper">{{words.cut}}</p>{{/next}}`;

export const DETAIL = `
<div class="head"><a class="back" href="{{back}}" data-do="close" data-key="close" aria-label="{{words.close}}"><span aria-hidden="true" class="x">×</span><span aria-hidden="true" class="arrow">←</span></a>
<h2 tabindex="-1" data-home>{{title}}</h2></div>
<p class="sum">{{#box}}<span class="box">{{box}}</span> {{/box}}{{summary}}{{#due}} <b class="{{due.cls}}">{{due.text}}</b>{{/due}}</p>
{{#warnings}}<p class="warn">{{.}}</p>{{/warnings}}
{{#barred}}<p class="warn barred">{{.}}</p>{{/barred}}
<div class="actions">{{#actions}}<button class="{{cls}}" data-do="act" data-act="{{name}}" data-key="a-{{name}}">{{label}}</button>{{/actions}}</div>
{{#late}}<section class="set-aside" aria-labelledby="late-title"><h3 id="late-title">{{title}}</h3><ul>{{#rows}}<li><label>{{#may}}<input type="checkbox" value="{{entry}}" data-key="late-{{entry}}"> {{/may}}<span><b>{{what}}</b> {{of}}<br><span class="muted">{{by}}</span></span></label></li>{{/rows}}</ul>{{#more}}<p class="muted">{{more}}</p>{{/more}}</section>{{/late}}
{{#conflicts}}<section class="conflict"><h3>{{label}}</h3><ul>{{#values}}<li><b>{{value}}</b> <span class="muted">{{by}}</span>
{{#settle}}<button data-do="settle" data-field="{{field}}" data-entry="{{entry}}" data-key="s-{{entry}}" aria-label="{{aria}}">{{word}}</button>{{/settle}}</li>{{/values}}</ul></section>{{/conflicts}}
{{#signatures}}<section class="signature"><h3>{{title}}</h3><p><span aria-hidden="true">{{mark}}</span> {{words}}</p><p class="papers">{{#papers}}<a class="button" href="{{href}}" download data-key="p-{{href}}">{{words}}</a> {{/papers}}</p></section>{{/signatures}}
{{#job}}{{> timeline}}{{/job}}
<dl class="fields">{{#fields}}<dt>{{label}}</dt><dd>{{#href}}<a href="{{href}}" data-key="f-{{href}}">{{text}}</a>{{/href}}{{^href}}{{text}}{{/href}}</dd>{{/fields}}</dl>
{{#deadlines.length}}<h3>{{words.deadlines}}</h3><dl class="fields">{{#deadlines}}<dt>{{label}}</dt><dd class="{{cls}}">{{text}}</dd>{{/deadlines}}</dl>{{/deadlines.length}}
{{#related}}<h3>{{title}}</h3><ul class="related">{{#rows}}<li><a href="{{href}}" data-key="r-{{href}}">{{text}}</a> <span class="muted">{{more}}</span></li>{{/rows}}</ul>{{/related}}
{{^job}}{{> timeline}}{{/job}}
{{#contacts}}<h3>{{title}}</h3><ol class="timeline">{{#rows}}<li><time title="{{moment}}">{{time}}</time> <span>{{what}}</span> <span class="muted">{{more}}</span></li>{{/rows}}</ol>{{/contacts}}`;
export const TIMELINE = `{{#timeline.length}}<h3>{{words.history}}</h3><ol class="timeline">{{#timeline}}<li><time title="{{moment}}">{{time}}</time> <span>{{what}}</span> <span class="muted">{{who}}</span></li>{{/timeline}}</ol>{{/timeline.length}}`;

export const FORM = `
<form method="dialog" novalidate><h2 id="dialog-title">{{title}}</h2>
{{#about}}<p class="about">{{about}}</p>{{/about}}
{{#text}}<p>{{text}}</p>{{/text}}
<p class="error" role="alert" hidden></p>
{{#secret}}<p class="secret"><code>{{secret}}</code></p>{{/secret}}<div class="qr"></div>
{{#changes.length}}<dl class="changes">{{#changes}}<dt>{{title}}</dt><dd>{{text}}<ul>{{#rows}}<li>{{.}}</li>{{/rows}}{{#more}}<li class="muted">{{more}}</li>{{/more}}</ul></dd>{{/changes}}</dl>{{/changes.length}}
<div class="set">{{#fields}}<div class="field{{#broad}} broad{{/broad}}" data-field="{{name}}"><label for="i-{{name}}">{{label}}{{#required}} <span class="must" aria-hidden="true">*</span>{{/required}}</label>
{{#options.length}}<select id="i-{{name}}" name="{{name}}"{{#required}} required{{/required}}>{{#options}}<option value="{{value}}"{{#on}} selected{{/on}}>{{label}}</option>{{/options}}</select>{{/options.length}}
{{#long}}<textarea id="i-{{name}}" name="{{name}}" rows="3"{{#required}} required{{/required}}>{{value}}</textarea>{{/long}}
{{#input}}<input id="i-{{name}}" name="{{name}}" type="{{input}}" value="{{value}}" autocomplete="{{auto}}"{{#required}} required{{/required}}{{#of}} list="l-{{name}}" data-of="{{of}}"{{/of}}{{#accept}} accept="{{accept}}"{{/accept}}>{{#of}}<datalist id="l-{{name}}"></datalist>{{/of}}{{/input}}
{{#hint}}<p class="hint">{{hint}}</p>{{/hint}}<p class="hint seen" role="status"></p></div>{{/fields}}</div>
{{#conflicts}}<fieldset class="choose"><legend>{{label}}</legend>
{{#stands}}<label><input type="radio" name="choose-{{name}}" value="theirs" checked> <span><b>{{value}}</b><br><span class="muted">{{by}}</span></span></label>{{/stands}}
<label><input type="radio" name="choose-{{name}}" value="mine"> <span><b>{{mine}}</b><br><span class="muted">{{mineWords}}</span></span></label></fieldset>{{/conflicts}}
{{#sessions}}<section class="sessions" aria-labelledby="sessions-title"><h3 id="sessions-title">{{title}}</h3><ul>{{#rows}}<li><span><b>{{where}}</b> {{#mine}}<span class="muted">{{mine}}</span>{{/mine}}<br><span class="muted">{{when}}</span></span>{{#end}}<button type="button" data-do="end-session" data-id="{{id}}" aria-label="{{aria}}">{{end}}</button>{{/end}}</li>{{/rows}}</ul></section>{{/sessions}}
<div class="buttons"><button type="button" data-do="cancel">{{words.cancel}}</button>{{#go}}<button class="{{goClass}}" value="go">{{go}}</button>{{/go}}</div></form>`;
