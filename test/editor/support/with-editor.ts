import assert from 'node:assert/strict';
import type { BrowserContextOptions } from 'playwright-core';
import { Editor } from './editor.js';
import { EditorNodeRed } from './editor-node-red.js';

/** Node-RED takes long to start: those with the same settings are shared by all suites of a run. */
const running = new Map<string, Promise<EditorNodeRed>>();

after(async () => {
  for (const red of running.values()) await (await red).close();
});

function nodeRedWith(settings: object): Promise<EditorNodeRed> {
  const key = JSON.stringify(settings);
  const red = running.get(key) ?? EditorNodeRed.start(settings);
  running.set(key, red);
  return red;
}

/**
 * For a suite of tests in the editor: each test has a page of its own, and begins with an empty flow. It fails if
 * anything was complained of on the console. Returns the editor of the test that runs.
 */
export function withEditor(settings: object = {}, options: BrowserContextOptions = {}): () => Editor {
  let editor: Editor | undefined;
  beforeEach(async () => {
    const red = await nodeRedWith(settings);
    await red.deploy([{ id: 'flow', type: 'tab', label: 'Flow', disabled: false }]);
    editor = await Editor.open(red, options);
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
