// Elements. Whatever comes from others is put there as text.

export const $ = (id) => document.getElementById(id);

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// A circle with the first character of a name, in a colour of the id.
function avatar({ id, name }) {
  const made = element('span', { className: 'avatar', 'aria-hidden': 'true', textContent: [...name, '?'][0].toUpperCase() });
  made.style.setProperty('--hue', parseInt(id.slice(0, 4), 16) % 360 || 0);
  return made;
}

// A name, and where somebody else has the same, the beginning of the id.
function named({ id, name }, twice) {
  const made = element('bdi', { className: 'name', textContent: name });
  return twice ? [made, element('span', { className: 'tag', textContent: ` #${id.slice(0, 4)}` })] : [made];
}

export function log(room) {
  const label = `What is said in ${room}`;
  const made = element('div', { className: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': label, tabIndex: 0, hidden: true });
  // Who sees the end goes on seeing it, when the window gets smaller, too.
  let atEnd = true;
  made.addEventListener('scroll', () => { atEnd = isAtEnd(made); });
  new ResizeObserver(() => { if (atEnd) toEnd(made); }).observe(made);
  return made;
}

export function toEnd(log) {
  log.scrollTop = log.scrollHeight;
}

const isAtEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 80;

const clock = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit' });

export function said({ id, from, name, text, at }, { own, follows, twice }) {
  const head = element('header', {}, ...named({ id: from, name }, twice));
  const when = new Date(at);
  if (!Number.isNaN(when.getTime())) {
    head.append(element('time', { dateTime: when.toISOString(), textContent: clock.format(when) }));
  }
  const body = element('p', { className: 'text', dir: 'auto', textContent: text });
  const made = element('article', { className: 'said', 'data-id': id }, avatar({ id: from, name }), head, body);
  made.classList.toggle('own', own);
  made.classList.toggle('follows', follows);
  return made;
}

// A line where something may be missing, or that tells of a time away.
export function line(kind, text) {
  return element('p', { className: `line ${kind}`, role: 'status', textContent: text });
}

// Adds to a log, keeps it at its end if that is what is seen, and keeps it short.
export function append(to, ...added) {
  const atEnd = isAtEnd(to);
  to.append(...added);
  while (to.children.length > MAX_ENTRIES) to.firstElementChild.remove();
  if (atEnd) toEnd(to);
}

export function roomButton({ name, unread }, current, act) {
  const label = element('bdi', { textContent: name });
  const button = element('button', { type: 'button', className: 'room' }, element('span', { className: 'sign', 'aria-hidden': 'true', textContent: '#' }), label);
  if (current) button.setAttribute('aria-current', 'true');
  if (unread > 0) {
    button.append(element('span', { className: 'badge', textContent: unread > 99 ? '99+' : unread }), element('span', { className: 'hidden', textContent: ' unread' }));
  }
  button.addEventListener('click', act);
  return element('li', {}, button);
}

export function openRoom({ room, people }, act) {
  const count = element('span', { className: 'people', textContent: people });
  const button = element('button', { type: 'button', className: 'room' }, element('span', { className: 'sign', 'aria-hidden': 'true', textContent: '#' }), element('bdi', { textContent: room }), count, element('span', { className: 'hidden', textContent: people === 1 ? ' person' : ' people' }));
  button.addEventListener('click', act);
  return element('li', {}, button);
}

export function person(who, { own, twice, typing }) {
  const made = element('li', {}, avatar(who), element('span', {}, ...named(who, twice)));
  if (own) made.append(element('span', { className: 'you', textContent: 'you' }));
  if (typing) made.append(element('span', { className: 'dots', 'aria-hidden': 'true', textContent: '…' }));
  return made;
}

export function octets(count) {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

export function duration(ms) {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

const MAX_ENTRIES = 500;
