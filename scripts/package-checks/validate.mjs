import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * The scorecard's tests that run here. Left out are those that ask the flow library for other packages of that name
 * (P08, N01), and the registry for the dependencies (D02, D03).
 */
const TESTS = {
  P01: 'has a licence',
  P03: 'says where its source and its bugs are',
  P04: 'has a scoped name',
  P05: 'has the keyword node-red',
  P06: 'is for the newest Node-RED',
  P07: 'is for the oldest Node.js that the newest Node-RED runs on',
  N02: 'has an example for each node',
};

/**
 * Runs the checker's parts on an unpacked package. Returns which tests passed, and everything it complains about.
 * @param newest what the registry says of the newest Node-RED: `version` and `engines`
 */
export async function validate(checker, packageFolder, newest) {
  const require = createRequire(join(checker, 'package.json'));
  answerInPlaceOfServers(require, newest);
  const complaints = [];
  const cli = {
    // What it says of tests that an empty catalogue passes would be no news.
    log: () => undefined,
    warn: (line) => complaints.push(line),
    error: (error) => complaints.push(String(error?.stack ?? error)),
  };
  const scorecard = {};
  for (const part of ['checkpackage', 'checknodes']) {
    await require(`./src/libs/${part}.js`)(packageFolder, cli, scorecard, false);
  }
  // It does not wait for what it finds out about the examples.
  for (let turn = 0; turn < 1000 && scorecard.N02 === undefined; turn += 1) await nextTurn();
  const names = (wanted) =>
    Object.entries(TESTS)
      .filter(([test]) => (scorecard[test]?.test === true) === wanted)
      .map(([test, what]) => `${test} ${what}`);
  return { passed: names(true), complaints: [...complaints, ...names(false)] };
}

function answerInPlaceOfServers(require, { version, engines }) {
  const answers = {
    'https://catalogue.nodered.org/catalogue.json': { modules: [] },
    'https://registry.npmjs.org/node-red': { 'dist-tags': { latest: version }, versions: { [version]: { engines } } },
  };
  const get = (url) =>
    url in answers ? Promise.resolve({ data: answers[url] }) : Promise.reject(new Error(`nothing answers for ${url}`));
  const path = require.resolve('axios');
  require.cache[path] = { id: path, filename: path, loaded: true, exports: { get } };
}
