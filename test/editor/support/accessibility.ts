import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Editor } from './editor.js';

const source = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds that is serious or critical, a line for each element; within what a CSS selector names. */
export async function barriers(editor: Editor, within = '.ews-dialog'): Promise<string[]> {
  await editor.page.evaluate(source);
  const { violations } = await editor.page.evaluate(
    ([selector, options]) =>
      (window as unknown as { axe: { run(context: string, options: object): Promise<AxeResults> } }).axe.run(
        selector,
        options,
      ),
    [within, { resultTypes: ['violations'] } satisfies RunOptions] as const,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html}\n  ${failureSummary ?? ''}`),
    );
}
