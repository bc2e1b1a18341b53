// Somebody in front of the page of the chat: does what people do, and looks at what they see.

export class User {
  constructor(page, url) {
    this.page = page;
    this.url = url;
  }

  static async enter(browser, url, name, room, options) {
    const user = new User(await browser.open(url, options), url);
    await user.fill('#name', name);
    await user.fill('#first-room', room);
    await user.page.press('Enter');
    await user.isIn(room);
    return user;
  }

  async fill(field, text) {
    await this.page.click(field);
    await this.page.run((field) => document.querySelector(field).select(), field);
    await this.page.type(text);
  }

  click(selector) {
    return this.page.click(selector);
  }

  isIn(room) {
    return this.page.until(`the room ${room}`, (room) => {
      const log = document.querySelector('.log:not([hidden])');
      return log && document.querySelector('#title').textContent === room && document.querySelectorAll('#people li').length > 0;
    }, room);
  }

  async join(room) {
    await this.page.run(() => { document.querySelector('#more-rooms').open = true; });
    await this.fill('#room', room);
    await this.page.press('Enter');
    await this.isIn(room);
  }

  async say(text) {
    await this.fill('#text', text);
    await this.page.press('Enter');
  }

  // Waits until somebody has said something, and gives how often it is there.
  hears(name, text) {
    return this.page.until(`${name}: ${text}`, (name, text) => {
      let said = '';
      return [...document.querySelectorAll('.log:not([hidden]) .said')].filter((each) => {
        said = each.querySelector('.name').textContent;
        return said === name && each.querySelector('.text').textContent === text;
      }).length;
    }, name, text);
  }

  sees(...names) {
    const wanted = [...names].sort((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1);
    return this.page.until(`people: ${wanted}`, (wanted) => {
      const seen = [...document.querySelectorAll('#people .name')].map((each) => each.textContent);
      return JSON.stringify(seen) === JSON.stringify(wanted);
    }, wanted);
  }

  // Waits for words on the page: of the state of the connection, of a line, of a notice.
  reads(selector, words) {
    return this.page.until(`${selector}: ${words}`, (selector, words) => {
      const all = [...document.querySelectorAll(selector)].map((each) => each.textContent);
      return all.find((text) => text.includes(words));
    }, selector, words);
  }

  count(selector) {
    return this.page.run((selector) => document.querySelectorAll(selector).length, selector);
  }
}
