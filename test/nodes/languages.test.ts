import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectRoot } from '../support/fixture.js';

const NODES = 'nodes/locales';
const PLUGINS = 'nodes/plugins/locales';
/** The language that the code is written beside; Node-RED falls back to it. */
const ORIGINAL = 'en-US';
/** The marks in which each language quotes. */
const QUOTES: Readonly<Record<string, readonly [string, string]>> = { de: ['„', '“'] };

const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8');
const list = (folder: string) => {
  const path = join(projectRoot, folder);
  return existsSync(path) ? readdirSync(path) : [];
};
const languages = [...new Set([NODES, PLUGINS].flatMap(list))].filter((language) => language !== ORIGINAL);

/** Files of a language below a folder of locales, by their paths from there. */
const filesOf = (folder: string, language: string) =>
  ['', 'parts/'].flatMap((at) => list(`${folder}/${language}/${at}`).map((name) => at + name)).sort();

/** The texts of a catalogue by their keys. */
function textsOf(file: string): Map<string, string> {
  const flat = (value: object, path: string): [string, string][] =>
    Object.entries(value).flatMap(([key, text]: [string, unknown]): [string, string][] =>
      typeof text === 'object' && text !== null ? flat(text, `${path}${key}.`) : [[path + key, String(text)]],
    );
  return new Map(flat(JSON.parse(read(file)) as object, ''));
}

/** Keys with all the forms of a plural that a language has. */
function keysFor(language: string, keys: readonly string[]): string[] {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const plurals = keys.flatMap((key) => /^(.*)_(?:zero|one|two|few|many|other)$/.exec(key)?.[1] ?? []);
  const plain = keys.filter((key) => !/_(?:zero|one|two|few|many|other)$/.test(key));
  return [...plain, ...[...new Set(plurals)].flatMap((key) => forms.map((form) => `${key}_${form}`))].sort();
}

const placeholders = (text: string) => (text.match(/__\w+__|\$\{\w+\}/g) ?? []).sort();
const originalKey = (key: string) => key.replace(/_(?:zero|one|two|few|many)$/, '_other');

/** What cuts a page of help into its parts; words may be set in bold or italics as a language likes. */
const skeleton = (html: string) => html.match(/<\/?(?:h\d|dl|dt|dd|ol|ul|li|pre|script|a)\b/g) ?? [];
/** Names in a page of help that no language changes. */
const names = (html: string) =>
  [...new Set([...html.matchAll(/<code>([\w.-]+)<\/code>/g)].map(([, name]) => name))].sort();
const links = (html: string) => [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href);

/** What a page of help sets apart: headings, terms, and what it calls by name. */
function setApart(html: string): string[] {
  return [...html.matchAll(/<(b|i|dt|h4)(?: class="optional")?>([^<]+)/g)].flatMap(([, tag, text]) =>
    tag === 'dt' ? text!.trim().split(', ') : [text!.trim().replace(/\.$/, '')],
  );
}

for (const language of languages) {
  describe(`the texts in ${language}`, () => {
    for (const folder of [NODES, PLUGINS]) {
      it(`are in the same files as in ${ORIGINAL}, below ${folder}`, () => {
        assert.deepEqual(filesOf(folder, language), filesOf(folder, ORIGINAL));
      });

      for (const file of filesOf(folder, ORIGINAL).filter((name) => name.endsWith('.json'))) {
        it(`have the keys of ${file}, each with a text, and no others`, () => {
          const texts = textsOf(`${folder}/${language}/${file}`);
          const originals = textsOf(`${folder}/${ORIGINAL}/${file}`);
          assert.deepEqual([...texts.keys()].sort(), keysFor(language, [...originals.keys()]));
          assert.deepEqual(
            [...texts].filter(([, text]) => text.trim() === ''),
            [],
          );
        });

        it(`have the placeholders of ${file}`, () => {
          const originals = textsOf(`${folder}/${ORIGINAL}/${file}`);
          for (const [key, text] of textsOf(`${folder}/${language}/${file}`)) {
            assert.deepEqual(placeholders(text), placeholders(originals.get(originalKey(key)) ?? ''), key);
          }
        });

        it(`quote as the language does in ${file}`, () => {
          const [opening, closing] = QUOTES[language] ?? assert.fail(`how does ${language} quote?`);
          for (const [key, text] of textsOf(`${folder}/${language}/${file}`)) {
            const marks = text.match(/["“”„«»]/g) ?? [];
            const pairs = Array.from({ length: marks.length / 2 }, () => [opening, closing]).flat();
            assert.deepEqual(marks, pairs, key);
          }
        });
      }
    }
  });

  describe(`the help in ${language}`, () => {
    for (const file of filesOf(NODES, ORIGINAL).filter((name) => name.endsWith('.html'))) {
      const original = read(`${NODES}/${ORIGINAL}/${file}`);
      const help = () => read(`${NODES}/${language}/${file}`);

      it(`has the sections, terms and parts of ${file}`, () => {
        assert.deepEqual(skeleton(help()), skeleton(original));
        assert.deepEqual(help().match(/<!-- include \S+ -->/g), original.match(/<!-- include \S+ -->/g));
        assert.deepEqual(links(help()), links(original));
      });

      it(`has the names in ${file} as they are`, () => {
        assert.deepEqual(names(help()), names(original));
      });

      it(`calls what it tells of in ${file} as the dialogs and statuses do`, () => {
        const catalogues = [...new Set(['ews-account.json', basename(file).replace('.html', '.json')])].filter((name) =>
          existsSync(join(projectRoot, NODES, ORIGINAL, name)),
        );
        const told = setApart(help());
        const missing = setApart(original).filter((term) => {
          const named = catalogues.flatMap((name) => {
            const translated = textsOf(`${NODES}/${language}/${name}`);
            const keys = [...textsOf(`${NODES}/${ORIGINAL}/${name}`)].filter(([, text]) => text === term);
            return keys.map(([key]) => translated.get(key) ?? '');
          });
          return named.length > 0 && !named.some((name) => told.includes(name));
        });
        assert.deepEqual(missing, []);
      });
    }
  });
}

it('the texts are in German too', () => {
  assert.ok(languages.includes('de'));
});
