import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILTER_PROPERTIES, FILTER_TESTS } from '../../dist/src/details/filter.js';
import { DISTINGUISHED_FOLDERS } from '../../dist/src/protocol/distinguished-folder.js';
import { EVENT_TYPES } from '../../dist/src/protocol/event-type.js';
import { RECOVERY_TABLE } from '../../dist/src/protocol/recovery-table.js';
import { projectRoot } from '../support/fixture.js';
import { filesBelow } from '../support/source-files.js';

const NODES = ['ews-account', 'ews-item', 'ews-pull', 'ews-push-in', 'ews-stream', 'ews-subscribe'];
const SHARED = '@ews-flows/node-red-ews-notifications/ews-account:';

const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8');
const codes = RECOVERY_TABLE.flatMap((row) => row.codes);

/** Keys of a catalogue as they are looked up; the forms of a plural count as one. */
function keysOf(node: string, language = 'en-US'): string[] {
  const flat = (value: object, path: string): string[] =>
    Object.entries(value).flatMap(([key, text]: [string, unknown]) =>
      typeof text === 'object' && text !== null
        ? flat(text, `${path}${key}.`)
        : [path + key.replace(/_(zero|one|two|few|many|other)$/, '')],
    );
  return [...new Set(flat(JSON.parse(read(`nodes/locales/${language}/${node}.json`)) as object, ''))];
}

/** The members of a union of string literals, as its declaration names them. */
function membersOf(file: string, type: string): string[] {
  const [, declaration = ''] = new RegExp(`\\b${type}\\b\\??\\s*[=:]([^;]+);`).exec(read(file)) ?? [];
  const members = [...declaration.matchAll(/'([^']+)'/g)].map(([, member]) => member!);
  assert.ok(members.length > 0, `no type ${type} in ${file}`);
  return members;
}

const problems = membersOf('src/subscriptions/configuration-problem.ts', 'ConfigurationProblem');

/** What the code looks up with a part that only the run tells, by the text before that part. */
const families: Record<string, readonly string[]> = {
  'problem.': problems,
  'gap.': membersOf('src/subscriptions/engine-listener.ts', 'GapReason'),
  'position.': membersOf('src/subscriptions/engine-listener.ts', 'kind'),
  'discover.outcome.': membersOf('src/transport/autodiscover/discovery.ts', 'StepOutcome'),
  'folder.': DISTINGUISHED_FOLDERS,
  'event.': EVENT_TYPES.flatMap((type) => [`${type}.name`, `${type}.meaning`]),
  'filter-property.': FILTER_PROPERTIES,
  'filter-test.': FILTER_TESTS,
  'filter-value.': ['true', 'false', 'High', 'Normal', 'Low'],
  'advice.': [...codes, 'EWS_INTERNAL'],
  'reason.': [...codes, 'EWS_INTERNAL'],
  'check.state.': membersOf('src/subscriptions/account-check.ts', 'CheckState'),
  'check.step.': ['configuration', ...membersOf('src/subscriptions/account-check.ts', 'CheckStep')],
  'check.found.': membersOf('src/subscriptions/account-check.ts', 'CheckFinding'),
  'ask.': membersOf('nodes/runtime/admin/admin-route.ts', 'RefusalCode'),
  'push-test.': [...membersOf('src/subscriptions/push-check.ts', 'AnswerKind'), 'unauthorized-here'],
};

/** Families in which not every member needs a text. */
const optional = new Set(['folder.', 'advice.', 'reason.']);

/** Keys that a file looks up: those of the shared catalogue, and those of its own. */
function usedIn(file: string): { shared: string[]; own: string[] } {
  const text = read(file);
  if (file.endsWith('.html')) {
    const used = [
      ...[...text.matchAll(/data-i18n="(?:\[\w+\])?([^"]+)"/g)].map(([, key]) => key!),
      // this._('a.key') and this._(condition ? 'a.key' : 'another.key')
      ...[...text.matchAll(/this\._\(([^;]*)\);/g)].flatMap(([, keys]) =>
        [...keys!.matchAll(/'([\w-]+\.[\w.-]+)'/g)].map(([, key]) => key!),
      ),
    ];
    const shared = used.filter((key) => key.startsWith(SHARED)).map((key) => key.slice(SHARED.length));
    return { shared, own: used.filter((key) => !key.startsWith(SHARED)) };
  }
  const calls = text.matchAll(/\btext\(\s*(?:'([^']+)'|`([^`$]+)\$)/g);
  const ofCodes = text.matchAll(/#ofCode\('([^']+)'/g);
  const hints = text.matchAll(/(?:key|hint): '([^']+)'/g);
  return {
    shared: [
      ...[...calls].map(([, key, family]) => key ?? family!),
      ...[...ofCodes].map(([, kind]) => `${kind}.`),
      ...[...hints].map(([, key]) => key!),
    ],
    own: [],
  };
}

const sources = filesBelow('nodes').filter((file) => /\.(ts|html)$/.test(file) && !file.includes('/locales/'));
const shared = sources.flatMap((file) => usedIn(file).shared);

describe('the message catalogues', () => {
  const catalogue = keysOf('ews-account');
  const ofFamilies = shared.filter((key) => key in families);
  const plain = [...shared.filter((key) => !(key in families)), ...usedIn('nodes/ews-account.html').own];

  it('hold every text that is looked up', () => {
    const needed = [
      ...plain,
      ...ofFamilies
        .filter((family) => !optional.has(family))
        .flatMap((family) => families[family]!.map((member) => family + member)),
    ];
    assert.deepEqual(
      needed.filter((key) => !catalogue.includes(key)),
      [],
    );
  });

  it('hold none that is not', () => {
    const used = new Set([...plain, ...ofFamilies.flatMap((family) => families[family]!.map((one) => family + one))]);
    assert.deepEqual(
      catalogue.filter((key) => !used.has(key)),
      [],
    );
  });

  for (const node of NODES.slice(1)) {
    it(`hold what the dialog of ${node} shows, and no more`, () => {
      assert.deepEqual(keysOf(node).sort(), [...new Set(usedIn(`nodes/${node}.html`).own)].sort());
    });
  }

  it('hold what the sidebar shows, and no more', () => {
    const file = 'nodes/plugins/locales/en-US/ews-sidebar.json';
    const flat = (value: object, path: string): string[] =>
      Object.entries(value).flatMap(([key, text]: [string, unknown]) =>
        typeof text === 'object' && text !== null ? flat(text, `${path}${key}.`) : [path + key],
      );
    const keys = flat(JSON.parse(read(file)) as object, '');
    const code = filesBelow('nodes/editor/sidebar').map(read).join('\n');
    const used = [...code.matchAll(/\bsay\(\s*(?:\w+ \? )?['`]([\w.-]+)/g)].map(([, key]) => key!);
    const isUsed = (key: string) => used.some((one) => one === key || (one.endsWith('.') && key.startsWith(one)));
    // Named beside a condition, or handed to the editor with the catalogue's name.
    const elsewhere = ['nothing', 'nothing-matches', 'not-yet', 'action.show'];
    assert.deepEqual(
      keys.filter((key) => !isUsed(key) && !elsewhere.includes(key)),
      [],
    );
    assert.deepEqual(
      used.filter((one) => (one.endsWith('.') ? !keys.some((key) => key.startsWith(one)) : !keys.includes(one))),
      [],
    );
  });

  it('know every family of texts that the code puts together', () => {
    assert.deepEqual(
      shared.filter((key) => key.endsWith('.') && !(key in families)),
      [],
    );
  });

  it('say what to do about every error that only a person can end', () => {
    // Their own messages say it.
    const clear = ['EWS_CONFIGURATION', 'EWS_ADOPTED'];
    const final = RECOVERY_TABLE.filter(({ action }) => ['stop', 'stop-target', 'authenticate'].includes(action));
    assert.deepEqual(
      final
        .flatMap((row) => row.codes)
        .filter((code) => !clear.includes(code) && !catalogue.includes(`advice.${code}`)),
      [],
    );
  });

  it('have a short text for the status of every such error', () => {
    const final = RECOVERY_TABLE.filter(({ action }) => ['stop', 'stop-target', 'authenticate'].includes(action));
    assert.deepEqual(
      final.flatMap((row) => row.codes).filter((code) => !catalogue.includes(`reason.${code}`)),
      [],
    );
  });
});

describe('the help', () => {
  for (const node of NODES) {
    it(`of ${node} is there`, () => {
      const help = read(`dist/nodes/locales/en-US/${node}.html`);
      assert.match(help, new RegExp(`<script type="text/html" data-help-name="${node}">\\s*<p>`));
      assert.match(help, /<h3>Details<\/h3>/);
      assert.doesNotMatch(help, /<!--\s*include/);
    });
  }

  for (const node of ['ews-pull', 'ews-push-in', 'ews-stream']) {
    it(`of ${node} says what to do about what its status says`, () => {
      const help = read(`dist/nodes/locales/en-US/${node}.html`);
      const { reason } = JSON.parse(read('nodes/locales/en-US/ews-account.json')) as { reason: Record<string, string> };
      const told = ['EWS_UNAUTHORIZED', 'EWS_SCHEME_NOT_OFFERED', 'EWS_NETWORK', 'EWS_TIMEOUT', 'EWS_CERTIFICATE'];
      told.push('ErrorAccessDenied', 'ErrorImpersonateUserDenied', 'ErrorNonExistentMailbox', 'ErrorFolderNotFound');
      told.push('ErrorServerBusy', 'ErrorExceededSubscriptionCount');
      assert.deepEqual(
        told.filter((code) => !new RegExp(`<dt>[^<]*${reason[code]}[^<]*</dt>`).test(help)),
        [],
      );
    });

    it(`names every part of a message that ${node} sends`, () => {
      const help = read(`dist/nodes/locales/en-US/${node}.html`);
      assert.deepEqual(
        ['accountName', 'recovered', 'itemId', 'oldParentFolderId', 'unreadCount', ...EVENT_TYPES].filter(
          (word) => !help.includes(word),
        ),
        [],
      );
    });
  }
});
