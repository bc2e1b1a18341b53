// What becomes of what comes, and of what one does.
import { Connection } from './connection.js';
import { Room } from './rooms.js';
import * as view from './view.js';
import { $ } from './view.js';

const rooms = new Map();
const logs = new Map();
const me = { id: null, name: null, key: null };
let current = null;
let openRooms = [];
let limits = { text: 4000 };
let linked = true;
let away = 0;
let sending = null;
let typedAt = 0;

const connection = new Connection({
  opened(ms) {
    away = ms;
    connection.send({ type: 'hello', name: me.name, key: me.key });
  },
  heard(message) {
    if (Object.hasOwn(heard, message.type)) heard[message.type](message);
  },
  roundTrip(ms) {
    $('latency').textContent = ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
  },
  lost(code) {
    const why = code === 1001 ? 'the server is going away' : 'connection lost';
    state('lost', `${why}, trying again`);
    $('latency').textContent = '–';
  },
});

const heard = {
  welcome({ id, node, peers, limits: may, name }) {
    Object.assign(me, { id, name });
    limits = may;
    connection.peers = peers;
    linked = true;
    state('open', away > 0 ? `back after ${view.duration(away)}` : 'connected');
    if (away > 0) setTimeout(() => { if ($('state').dataset.state === 'open') tellLink(); }, TELL_MS);
    $('node').textContent = node;
    $('node').title = connection.address;
    $('me').replaceChildren(view.element('bdi', { textContent: name }));
    const isNew = document.body.classList.contains('entering');
    document.body.classList.remove('entering');
    if (isNew) $('text').focus();
    for (const room of rooms.keys()) connection.send({ type: 'join', room });
    remember();
  },
  rooms({ rooms: open }) {
    openRooms = open;
    showRooms();
  },
  joined({ room: name, history }) {
    const isNew = !rooms.has(name);
    const room = rooms.get(name) ?? new Room(name);
    if (isNew) open(room);
    if (!logs.has(name)) addLog(room);
    show(room, room.begin(history, away));
  },
  left({ room }) {
    close(room);
  },
  people({ room: name, people, more }) {
    const room = rooms.get(name);
    if (!room) return;
    Object.assign(room, { people, more });
    showPeople();
  },
  said(message) {
    const room = rooms.get(message.room);
    if (!room) return;
    if (message.from === me.id && message.room === current) notice('');
    const before = room.unread;
    show(room, room.hear(message));
    if (room.unread !== before) showRooms();
    showTyping();
  },
  typing({ room: name, from, name: who }) {
    if (from === me.id) return;
    rooms.get(name)?.typing.set(from, { name: who, until: Date.now() + TYPES_MS });
    showTyping();
  },
  gap({ room }) {
    interrupt(room, 'gap', 'Messages from other nodes may be missing here.');
  },
  missed({ room, count }) {
    interrupt(room, 'gap', `${count} messages are missing here: this page was too slow.`);
  },
  link({ up }) {
    linked = up;
    tellLink();
  },
  pong({ received, sent }) {
    // The server's view, turned around.
    $('received').textContent = view.octets(sent);
    $('sent').textContent = view.octets(received);
  },
  error({ code, request, room, text }) {
    if (request === 'hello') return refuse(text);
    // A name that is none is not told; of those that were asked for, others are opened when they are joined.
    const isRefused = (name) => !logs.has(name) && (name === room || room === null);
    if (request === 'join' && code !== 'in-room') [...rooms.keys()].filter(isRefused).forEach(close);
    notice(text);
    if ((request === 'say' || code === 'slow-down') && sending && !$('text').value) $('text').value = sending;
  },
};

// Shows what is new in a room, and what may be missing before it.
function show(room, { messages, before, away: gone, missing }) {
  const log = logs.get(room.name);
  if (before) log.setAttribute('aria-busy', 'true');
  if (before && gone > 0) {
    const what = missing ? 'messages may be missing here.' : messages.length > 0 ? 'this was said meanwhile.' : 'nothing was said meanwhile.';
    interrupt(room.name, missing ? 'gap' : 'away', `You were away for ${view.duration(gone)}: ${what}`);
  }
  for (const message of messages) {
    const own = message.from === me.id;
    const twice = room.isTwice({ id: message.from, name: message.name });
    view.append(log, view.said(message, { own, twice, follows: room.follows(message) }));
    if (!before && !own && (room.name !== current || document.hidden)) room.unread += 1;
  }
  log.removeAttribute('aria-busy');
  title();
}

function interrupt(name, kind, text) {
  const [room, log] = [rooms.get(name), logs.get(name)];
  if (!room || !log || log.lastElementChild?.textContent === text) return;
  room.interrupted();
  view.append(log, view.line(kind, text));
}

function open(room) {
  rooms.set(room.name, room);
  addLog(room);
  select(room.name);
  remember();
}

function addLog(room) {
  const log = view.log(room.name);
  logs.set(room.name, log);
  $('logs').append(log);
  log.hidden = room.name !== current;
}

function close(name) {
  rooms.delete(name);
  logs.get(name)?.remove();
  logs.delete(name);
  if (current === name) select([...rooms.keys()][0] ?? null);
  else showRooms();
  remember();
}

function select(name) {
  current = name;
  for (const [room, log] of logs) log.hidden = room !== name;
  const room = rooms.get(name);
  if (room) room.unread = 0;
  $('title').textContent = name ?? 'No room';
  $('conversation').classList.toggle('nowhere', !name);
  history.replaceState(null, '', name ? `#${encodeURIComponent(name)}` : '#');
  if (logs.has(name)) view.toEnd(logs.get(name));
  notice('');
  showRooms();
  showPeople();
  showTyping();
  title();
}

function showRooms() {
  const buttons = [...rooms.values()].map((room) => view.roomButton(room, room.name === current, () => {
    select(room.name);
    $('text').focus();
  }));
  replace($('rooms'), buttons);
  const others = openRooms.filter(({ room }) => !rooms.has(room));
  replace($('open-rooms'), others.map((each) => view.openRoom(each, () => join(each.room))));
}

// Puts others in the place of a list's entries; the focus stays at the entry where it was.
function replace(list, entries) {
  const focused = [...list.children].findIndex((entry) => entry.contains(document.activeElement));
  list.replaceChildren(...entries);
  if (focused >= 0) (list.children[Math.min(focused, entries.length - 1)]?.firstElementChild ?? $('room')).focus();
}

function showPeople() {
  const { people = [], more = 0, typing = new Map() } = rooms.get(current) ?? {};
  const entry = (who) => view.person(who, {
    own: who.id === me.id, twice: rooms.get(current).isTwice(who), typing: typing.has(who.id),
  });
  const entries = people.map(entry);
  if (more > 0) entries.push(view.element('li', { className: 'more', textContent: `and ${more} more` }));
  $('people').replaceChildren(...entries);
  $('count').textContent = people.length + more;
}

function showTyping() {
  const names = rooms.get(current)?.typists(Date.now()) ?? [];
  const [first, second] = names;
  const who = names.length > 2 ? ['Several people are'] : names.length === 2
    ? [view.element('bdi', { textContent: first }), ' and ', view.element('bdi', { textContent: second }), ' are']
    : [view.element('bdi', { textContent: first }), ' is'];
  const key = names.join('\n');
  if ($('typing').dataset.who === key) return;
  $('typing').dataset.who = key;
  $('typing').replaceChildren(...(names.length > 0 ? [...who, ' typing…'] : []));
  showPeople();
}

function title() {
  const unread = [...rooms.values()].reduce((sum, room) => sum + room.unread, 0);
  document.title = `${unread > 0 ? `(${unread}) ` : ''}${current ? `${current} – ` : ''}Chat`;
}

function state(kind, text) {
  $('state').dataset.state = kind;
  if ($('state').textContent !== text) $('state').textContent = text;
}

function tellLink() {
  state(linked ? 'open' : 'alone', linked ? 'connected' : 'other nodes are out of reach');
}

function notice(text) {
  $('notice').textContent = text;
}

// The name is none that can be had.
function refuse(text) {
  $('enter-notice').textContent = text;
  document.body.classList.add('entering');
  $('name').focus();
}

function join(room) {
  if (rooms.has(room)) return select(room);
  if (!connection.send({ type: 'join', room })) notice('Not connected: try again in a moment.');
}

// For a reload, which finds the same name, id and rooms.
function remember() {
  try {
    sessionStorage.setItem('chat', JSON.stringify({ name: me.name, key: me.key, rooms: [...rooms.keys()] }));
  } catch {
    // Then a reload begins anew.
  }
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem('chat')) ?? {};
  } catch {
    return {};
  }
}

const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

function enter(name, names) {
  me.name = name;
  me.key ??= newKey();
  for (const room of names) if (!rooms.has(room)) rooms.set(room, new Room(room));
  select(names.at(-1) ?? null);
  $('enter-notice').textContent = '';
  if (connection.isOpen) {
    connection.send({ type: 'hello', name, key: me.key });
  } else {
    state('connecting', 'connecting');
    connection.connect();
  }
}

$('enter').addEventListener('submit', (event) => {
  event.preventDefault();
  rooms.clear();
  enter($('name').value.trim(), [$('first-room').value.trim()]);
});

$('join').addEventListener('submit', (event) => {
  event.preventDefault();
  join($('room').value.trim());
  $('room').value = '';
});

$('leave').addEventListener('click', () => {
  if (current) connection.send({ type: 'leave', room: current });
  $('room').focus();
});

$('say').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = $('text').value.trim();
  if (!text || !current) return;
  if (new TextEncoder().encode(text).length > limits.text) {
    notice(`That is too long: ${limits.text} bytes can be sent at a time.`);
  } else if (connection.send({ type: 'say', room: current, text })) {
    sending = text;
    $('text').value = '';
    typedAt = 0;
    fit();
  } else {
    notice('Not connected: it was not sent. Try again in a moment.');
  }
});

$('text').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $('say').requestSubmit();
});

$('text').addEventListener('input', () => {
  fit();
  if (!$('text').value || !current || Date.now() - typedAt < TYPING_MS) return;
  typedAt = Date.now();
  connection.send({ type: 'typing', room: current });
});

// The field is as high as its text, up to some lines.
function fit() {
  $('text').style.height = 'auto';
  $('text').style.height = `${$('text').scrollHeight + 2}px`;
}

document.addEventListener('visibilitychange', () => {
  const room = rooms.get(current);
  if (document.hidden || !room) return;
  room.unread = 0;
  showRooms();
  title();
});

const wide = matchMedia('(min-width: 720px)');
const unfold = () => document.querySelectorAll('.fold').forEach((fold) => { fold.open = wide.matches; });
wide.addEventListener('change', unfold);
unfold();
setInterval(showTyping, 1_000);

// How long it says that it is back.
const TELL_MS = 10_000;
const TYPING_MS = 2_000;
const TYPES_MS = 4_000;

const hash = () => {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return '';
  }
};
if (hash()) $('first-room').value = hash();
const known = remembered();
me.key = known.key ?? null;
if (known.name && known.key) {
  $('name').value = known.name;
  enter(known.name, [...new Set([...(known.rooms ?? []), ...(hash() ? [hash()] : [])])]);
}
