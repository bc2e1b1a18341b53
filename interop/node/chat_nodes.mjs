// Two nodes of the chat, and a broker that is killed and started again. See ../README.md for the checks.
import { User } from './chat_user.mjs';
import { none, same } from './checks.mjs';
import { Program, freePorts, listens } from './programs.mjs';

const BROKERS = {
  nats: (port) => ['-a', '127.0.0.1', '-p', `${port}`],
  redis: (port) => ['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--appendonly', 'no'],
};

export async function nodeChecks(browser, chat, name, program) {
  const [brokerPort, ...ports] = await freePorts(3);
  const broker = await new Program([program, ...BROKERS[name](brokerPort)], () => listens(brokerPort)).start();
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const nodes = await Promise.all(ports.map((port, at) => new Program(
    [chat, '--addr', `127.0.0.1:${port}`, '--broker', `${name}://127.0.0.1:${brokerPort}`, '--peer', urls[1 - at]],
    ({ output }) => output.includes('listening on') && output.includes('connected to the broker'),
  ).start()));
  const mia = await User.enter(browser, `${urls[0]}/`, 'Mia', 'release');
  const lea = await User.enter(browser, `${urls[0]}/`, 'Lea', 'release');
  const jonas = await User.enter(browser, `${urls[1]}/`, 'Jonas', 'release');
  const users = [mia, lea, jonas];
  const node = (user) => user.page.run(() => document.querySelector('#node').textContent);

  return {
    'pages on two nodes talk': async () => {
      if (await node(mia) === await node(jonas)) throw new Error('they are on one node');
      for (const user of users) await user.sees('Jonas', 'Lea', 'Mia');
      await mia.say('Hello over there.');
      await jonas.hears('Mia', 'Hello over there.');
      await jonas.say('Hello over here.');
      for (const user of users) same(await user.hears('Jonas', 'Hello over here.'), 1);
      await jonas.fill('#text', 'Then');
      await mia.reads('#typing', 'Jonas is typing');
    },
    'the broker is killed: nobody is dropped': async () => {
      await broker.end();
      for (const user of users) await user.reads('#state', 'other nodes are out of reach');
      await lea.say('Do you hear me?');
      await mia.hears('Lea', 'Do you hear me?');
      // Who cannot be reached is not shown as if they could.
      await mia.sees('Lea', 'Mia');
      await jonas.sees('Jonas');
    },
    'the broker is back: rooms heal, and the gap is told': async () => {
      await broker.start();
      for (const user of users) {
        await user.page.until('connected', () => document.querySelector('#state').textContent === 'connected');
        await user.reads('.line.gap', 'Messages from other nodes may be missing here.');
        await user.sees('Jonas', 'Lea', 'Mia');
        // Nobody had to come back.
        same(await user.page.run(() => document.querySelector('.log').textContent.includes('You were away')), false);
      }
      await jonas.say('Here again.');
      await mia.hears('Jonas', 'Here again.');
      await mia.say('Good.');
      same(await jonas.hears('Mia', 'Good.'), 1);
    },
    'a node is killed: its pages come back on the other': async () => {
      const before = await node(mia);
      await nodes[0].end();
      await jonas.say('While you are away.');
      await Promise.all([mia, lea].map((user) => user.reads('#state', 'back after')));
      if (await node(mia) === before) throw new Error('the node is the one that was killed');
      same(await node(mia), await node(jonas));
      same(await mia.hears('Jonas', 'While you are away.'), 1);
      same(await mia.hears('Mia', 'Hello over there.'), 1);
      await mia.reads('.line', 'You were away for');
      // They are who they were, and there is nobody twice.
      for (const user of users) await user.sees('Jonas', 'Lea', 'Mia');
      await mia.say('Back.');
      same(await jonas.hears('Mia', 'Back.'), 1);
    },
    'who was on a node that is killed is gone from the lists': async () => {
      await nodes[0].start();
      const tom = await User.enter(browser, `${urls[0]}/`, 'Tom', 'release');
      await jonas.sees('Jonas', 'Lea', 'Mia', 'Tom');
      await Promise.all([nodes[0].end(), tom.page.close()]);
      await jonas.sees('Jonas', 'Lea', 'Mia');
    },
    'a node that ends gracefully leaves nobody in the lists': async () => {
      await nodes[0].start();
      const tom = await User.enter(browser, `${urls[0]}/`, 'Tom', 'release');
      await jonas.sees('Jonas', 'Lea', 'Mia', 'Tom');
      const ended = nodes[0].end('SIGTERM');
      await tom.reads('#state', 'back after');
      same(await ended, 0);
      await jonas.sees('Jonas', 'Lea', 'Mia', 'Tom');
      same(await node(tom), await node(jonas));
      await tom.page.close();
      await jonas.sees('Jonas', 'Lea', 'Mia');
    },
    'no page has complained': async () => {
      const all = users.flatMap(({ page }) => page.complaints);
      // Of the node that was away.
      none(all.filter((each) => !each.includes('ERR_CONNECTION_REFUSED')));
    },
  };
}
