// The page of the chat, served by one node. See ../README.md for the checks.
import { join } from 'node:path';
import { contrasts, fields, landmarks } from './accessibility.mjs';
import { User } from './chat_user.mjs';
import { none, same, sleep } from './checks.mjs';
import { Program, freePorts } from './programs.mjs';

const MARKUP = [
  '<script>document.title = "x"; alert(1)</script>', '<img src=x onerror=alert(1)>', '"><svg onload=alert(1)>',
  '<a href="javascript:alert(1)">a</a>', '</p></article><h1>b</h1>', '&lt;b&gt; \\u003cb\\u003e',
];

const WINDOW = [820, 540];

export async function pageChecks(browser, chat, folder) {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}/`;
  const node = await new Program([chat, '--addr', `127.0.0.1:${port}`], ({ output }) => output.includes('listening on')).start();
  const users = [];
  const enter = async (...args) => {
    const user = await User.enter(browser, url, ...args);
    users.push(user);
    return user;
  };
  const mia = await enter('Mia', 'release', { before: withKey('picture000000263') });
  const jonas = await enter('Jonas', 'release', { before: withKey('picture000000324') });

  return {
    'two pages talk': async () => {
      await jonas.say('Is the branch merged?');
      await mia.hears('Jonas', 'Is the branch merged?');
      await mia.say('Since ten minutes ago, all checks are green.');
      await jonas.hears('Mia', 'Since ten minutes ago, all checks are green.');
    },
    'who is there, and who is not any more': async () => {
      const tom = await enter('Tom', 'release');
      for (const user of [mia, jonas, tom]) await user.sees('Jonas', 'Mia', 'Tom');
      await tom.page.close();
      users.pop();
      for (const user of [mia, jonas]) await user.sees('Jonas', 'Mia');
    },
    'two of the same name': async () => {
      const other = await enter('Mia', 'release');
      for (const user of [mia, jonas, other]) {
        await user.sees('Jonas', 'Mia', 'Mia');
        const tags = await user.page.run(() => [...document.querySelectorAll('#people .tag')].map((tag) => tag.textContent));
        same(tags.length === 2 && tags[0] !== tags[1] && tags.every((tag) => /^ #[0-9a-f]{4}$/.test(tag)), true);
      }
      await other.page.close();
      users.pop();
      await mia.sees('Jonas', 'Mia');
      same(await mia.count('#people .tag'), 0);
    },
    'who types': async () => {
      await jonas.fill('#text', 'Then');
      await mia.reads('#typing', 'Jonas is typing');
      await jonas.fill('#text', '');
      await mia.page.until('nobody types', () => document.querySelector('#typing').textContent === '');
    },
    'several rooms, and what is unread': async () => {
      const lea = await enter('Lea', 'garden');
      await lea.say('The tomatoes are out.');
      await mia.reads('#open-rooms', 'garden');
      await mia.click('#open-rooms button');
      await mia.isIn('garden');
      await mia.hears('Lea', 'The tomatoes are out.');
      await mia.click('#rooms li:first-child button');
      await mia.isIn('release');
      await lea.say('Who waters on Sunday?');
      await mia.reads('#rooms .badge', '1');
      same(await mia.page.run(() => document.title.startsWith('(1) ')), true);
    },
    'who comes later reads what was said': async () => {
      const tom = await enter('Tom', 'release');
      same(await tom.hears('Jonas', 'Is the branch merged?'), 1);
      same(await tom.count('.log .line'), 0);
      await tom.click('#leave');
      await tom.reads('#title', 'No room');
      await tom.join('kitchen');
      await mia.reads('#open-rooms', 'kitchen');
      await mia.sees('Jonas', 'Mia');
    },
    'a reload is the same person, in the same rooms': async () => {
      const id = () => jonas.page.run(() => JSON.parse(sessionStorage.getItem('chat')).key);
      const before = await id();
      await jonas.page.reload();
      await jonas.isIn('release');
      same(await id(), before);
      await jonas.hears('Mia', 'Since ten minutes ago, all checks are green.');
      await mia.sees('Jonas', 'Mia');
    },
    'the connection is shown': async () => {
      for (const [field, pattern] of [['#node', '^[0-9a-f]{8}$'], ['#latency', 'ms$'], ['#received', 'B$'], ['#sent', 'B$']]) {
        await mia.page.until(field, (field, pattern) => new RegExp(pattern).test(document.querySelector(field).textContent), field, pattern);
      }
      const sent = () => mia.page.run(() => document.querySelector('#sent').textContent);
      const before = await sent();
      await mia.page.until('more is sent', (before) => document.querySelector('#sent').textContent !== before, before);
    },
    'screenshots': async () => {
      for (const [who, text] of [
        [mia, 'I am writing the changelog now.'],
        [jonas, 'Then I read the documentation once more, from the first page to the last. It takes me half an hour.'],
        [mia, 'Good: tag at four?'], [jonas, 'At four.'],
      ]) {
        await who.say(text);
        await (who === mia ? jonas : mia).hears(who === mia ? 'Mia' : 'Jonas', text);
      }
      await jonas.join('garden');
      await jonas.say('I do.');
      await mia.reads('#rooms .badge', '2');
      await jonas.click('#rooms li:first-child button');
      await jonas.isIn('release');
      await mia.reads('#state', 'connected');
      await jonas.page.dark(true);
      await sleep(1500); // the second round trip is not delayed by a page that is being loaded
      for (const { page } of [mia, jonas]) await page.size(...WINDOW);
      await jonas.fill('#text', 'I have found');
      await mia.reads('#typing', 'Jonas is typing');
      await sideBySide(browser, join(folder, 'chat.png'), [mia.page, jonas.page]);
      for (const [name, dark, size] of [['light', false, [1100, 720]], ['dark', true, [1100, 720]], ['narrow', false, [320, 640, 2]]]) {
        await mia.page.dark(dark);
        await mia.page.size(...size);
        await sleep(200);
        await mia.page.screenshot(join(folder, `${name}.png`));
      }
      for (const { page } of [mia, jonas]) await page.size(1100, 720);
      await jonas.page.dark(false);
    },
    'nothing is wider than 320 pixels': async () => {
      await mia.page.size(320, 640);
      const wide = await mia.page.run(() => [...document.querySelectorAll('body *')]
        .filter((each) => each.getBoundingClientRect().right > innerWidth + 1 && each.checkVisibility() && !each.closest('#rooms, .hidden'))
        .map((each) => each.outerHTML.slice(0, 60)));
      none(wide);
      same(await mia.page.run(() => document.documentElement.scrollWidth), 320);
      await mia.page.size(1100, 720);
    },
    'contrast of all text, light and dark': async () => {
      for (const dark of [false, true]) {
        await mia.page.dark(dark);
        await mia.page.run(() => {
          document.querySelector('#notice').textContent = 'a notice';
          // The hue that is lightest; others have theirs by chance.
          document.querySelector('.avatar').style.setProperty('--hue', 60);
        });
        none(await contrasts(mia.page));
      }
    },
    'landmarks and names for a screen reader': async () => {
      const found = await landmarks(mia.page);
      for (const wanted of ['banner', 'navigation: Rooms', 'main', 'complementary: People', 'contentinfo', 'log: What is said in release', 'status']) {
        if (!found.includes(wanted)) throw new Error(`no ${wanted} in ${found}`);
      }
      none((await fields(mia.page)).filter(({ name }) => !name).map(({ role }) => role));
    },
    'the keyboard alone': async () => {
      const page = await browser.open(url);
      const kim = new User(page, url);
      await page.until('the first field', () => document.activeElement.id === 'name');
      await page.type('Kim');
      await page.press('Tab');
      await page.press('a', 2);
      await page.type('release');
      await page.press('Enter');
      await kim.isIn('release');
      same(await page.run(() => document.activeElement.id), 'text');
      await page.type('By keyboard.');
      await page.press('Enter');
      await jonas.hears('Kim', 'By keyboard.');
      const stops = [];
      do {
        await page.press('Tab');
        stops.push(await page.run(() => {
          const element = document.activeElement;
          if (element === document.body) return 'the end';
          const isSeen = getComputedStyle(element).outlineStyle !== 'none';
          const words = element.localName === 'div' ? element.className : element.textContent.trim();
          return (element.id || words) + (isSeen ? '' : ' unseen');
        }));
      } while (stops.at(-1) !== 'text' && stops.length < 30);
      for (const wanted of ['Skip to the message', '#release', 'room', 'Join', 'leave', 'log', 'Send', 'People 3', 'text']) {
        if (!stops.includes(wanted)) throw new Error(`no ${wanted} among ${stops}`);
      }
      none(stops.filter((stop) => stop.endsWith(' unseen')));
      await page.close();
    },
    'markup is text': async () => {
      const name = '<img src=x onerror=alert(1)>';
      const eve = await enter(name, '<b>tea</b>');
      const tom = await enter('Tom', '<b>tea</b>');
      for (const text of MARKUP) {
        await eve.say(text);
        await tom.hears(name, text);
      }
      for (const user of [eve, tom]) {
        same(await user.count('.log img, .log script, .log svg, .log a, .log h1, .log b, #people img, #rooms b, #title b, #typing img'), 0);
      }
      await eve.page.close();
      users.splice(users.indexOf(eve), 1);
    },
    'what is refused is told, and what was typed stays': async () => {
      await mia.fill('#text', 'x'.repeat(4001));
      await mia.page.press('Enter');
      await mia.reads('#notice', 'too long');
      same(await mia.page.run(() => document.querySelector('#text').value.length), 4001);
      await mia.fill('#room', 'a\u202eb');
      await mia.page.press('Enter');
      await mia.reads('#notice', 'name of a room');
      const eve = await browser.open(url);
      await eve.until('the form', () => document.querySelector('#name'));
      const stranger = new User(eve, url);
      await stranger.fill('#name', '\u202eaiM');
      await eve.press('Enter');
      await stranger.reads('#enter-notice', 'can be seen');
      await stranger.fill('#name', 'Eve');
      await eve.press('Enter');
      await stranger.isIn('lobby');
      await eve.close();
    },
    'what is missing is told at its place, and nonsense is nothing': async () => {
      const kim = await enter('Kim', 'release', { before: keepSockets });
      await kim.say('Before.');
      await kim.hears('Kim', 'Before.');
      await kim.page.run((messages) => messages.forEach((each) => window.sockets[0].onmessage({ data: JSON.stringify(each) })), [
        { type: 'missed', room: 'release', count: 7 }, { type: 'missed', room: 'nowhere', count: 1 },
        { type: 'constructor' }, { type: '__proto__' }, {}, { type: 'gap', room: 'toString' },
        { type: 'people', room: 'nowhere', people: [], more: 1 }, { type: 'typing', room: 'nowhere', from: 'x', name: 'x' },
        { type: 'said', room: 'release', id: 'x', from: '', name: '', text: '<b>', at: 1e300 },
      ]);
      await kim.say('After.');
      await kim.hears('Kim', 'After.');
      const entries = await kim.page.run(() => [...document.querySelectorAll('.log:not([hidden]) > *')].slice(-4)
        .map((each) => (each.querySelector('.text') ?? each).textContent));
      same(entries.join('|'), 'Before.|7 messages are missing here: this page was too slow.|<b>|After.');
      none(kim.page.complaints);
      await kim.page.close();
      users.splice(users.indexOf(kim), 1);
    },
    'a flood is closed, and the page comes back': async () => {
      const eve = await enter('Eve', 'flood');
      const closed = await eve.page.run(() => new Promise((resolve) => {
        const ws = new WebSocket(`${location.origin.replace('http', 'ws')}/ws`);
        ws.onopen = () => { for (let n = 0; n < 200; n += 1) ws.send('{'); };
        ws.onclose = ({ code, reason }) => resolve(`${code} ${reason}`);
      }));
      same(closed, '1008 flood');
      await eve.page.run(() => {
        for (let n = 0; n < 30; n += 1) {
          document.querySelector('#text').value = `${n}`;
          document.querySelector('#say').requestSubmit();
        }
      });
      await eve.reads('#notice', 'too much at a time');
      await eve.page.close();
      users.splice(users.indexOf(eve), 1);
    },
    'the server ends gracefully and starts again': async () => {
      // It is said for a moment only: then it may say that nobody is there.
      const told = mia.page.run(() => new Promise((resolve) => {
        const state = document.querySelector('#state');
        const look = () => { if (state.textContent.includes('the server is going away')) resolve(true); };
        new MutationObserver(look).observe(state, { childList: true });
      }));
      await mia.count('#state');
      const ended = node.end('SIGTERM');
      await told;
      same(await ended, 0);
      await mia.say('Is anybody there?');
      await mia.reads('#notice', 'not sent');
      await node.start();
      await Promise.all([mia, jonas].map((user) => user.reads('#state', 'back after')));
      // It has forgotten what was said, so nobody can know what is missing.
      await mia.reads('.log:not([hidden]) .line.gap', 'You were away for');
      await jonas.say('Here again.');
      same(await mia.hears('Jonas', 'Here again.'), 1);
      same(await mia.hears('Jonas', 'Is the branch merged?'), 1);
      await mia.sees('Jonas', 'Mia');
    },
    'no page has complained': async () => {
      const all = users.flatMap(({ page }) => page.complaints);
      // While the server was away.
      none(all.filter((each) => !each.includes('ERR_CONNECTION_REFUSED')));
    },
  };
}

// A page that has a key already: the same colours in each picture.
const withKey = (key) => `() => { sessionStorage.chat ??= '${JSON.stringify({ key })}'; }`;

// Lets a check say to the page what the server does not.
function keepSockets() {
  const Real = WebSocket;
  window.sockets = [];
  window.WebSocket = class extends Real {
    constructor(...args) {
      super(...args);
      window.sockets.push(this);
    }
  };
}

// One picture of several windows.
async function sideBySide(browser, path, pages) {
  const shots = await Promise.all(pages.map((page) => page.picture()));
  const [width, height] = WINDOW;
  const frame = await browser.open('about:blank', { width: pages.length * (width + 20) + 20, height: height + 40 });
  await frame.run(async (shots) => {
    document.body.style.cssText = 'display: flex; gap: 20px; margin: 20px; background: #c3c8d8';
    for (const shot of shots) {
      const image = new Image();
      image.src = `data:image/png;base64,${shot}`;
      image.style.cssText = 'border-radius: 12px; box-shadow: 0 4px 14px rgb(0 0 0 / 30%)';
      document.body.append(image);
      await image.decode();
    }
  }, shots);
  await frame.screenshot(path);
  await frame.close();
}
