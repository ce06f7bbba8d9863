import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { theBrowser } from './browser.js';
import { Editor } from './editor.js';
import { EditorNodeRed } from './editor-node-red.js';
import { EMPTY_FLOW } from './flows.js';

/** Node-RED takes long to start: those with the same settings are shared by all suites of a run. */
const running = new Map<string, Promise<EditorNodeRed>>();
/** A page that has had the editor loads it again in a third of the time: shared by the suites with the same options. */
const pages = new Map<string, Promise<Page>>();

after(async () => {
  for (const red of running.values()) await (await red).close();
});

function nodeRedWith(settings: object): Promise<EditorNodeRed> {
  const key = JSON.stringify(settings);
  const red = running.get(key) ?? EditorNodeRed.start(settings);
  running.set(key, red);
  return red;
}

function pageWith(options: BrowserContextOptions): Promise<Page> {
  const key = JSON.stringify(options);
  const page = pages.get(key) ?? newPage(options);
  pages.set(key, page);
  return page;
}

async function newPage(options: BrowserContextOptions): Promise<Page> {
  const context = await (await theBrowser()).newContext({ viewport: { width: 1400, height: 1000 }, ...options });
  return context.newPage();
}

/**
 * For a suite of tests in the editor, each of which begins with flows ({@link Editor.begin}) and remembers nothing of the
 * one before. It fails if anything was complained of on the console. Returns the editor of the test that runs.
 * @param options of the browser: a size or a colour scheme, say
 */
export function withEditor(settings: object = {}, options: BrowserContextOptions = {}): () => Editor {
  let editor: Editor | undefined;
  beforeEach(async () => {
    editor = new Editor(await nodeRedWith(settings), await pageWith(options));
  });
  afterEach(async function () {
    const { currentTest } = this;
    if (currentTest?.state === 'failed') await editor?.look(currentTest.fullTitle().replace(/\W+/g, '-'));
    const problems = editor?.problems ?? [];
    await editor?.close();
    editor = undefined;
    assert.deepEqual(problems, [], 'complaints on the console of the browser');
  });
  return () => editor!;
}

/** The same, where each test begins with an empty flow. */
export function withEmptyFlow(...parameters: Parameters<typeof withEditor>): () => Editor {
  const editor = withEditor(...parameters);
  beforeEach(() => editor().begin(EMPTY_FLOW));
  return editor;
}
