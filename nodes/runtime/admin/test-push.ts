import type { NodeAPI } from 'node-red';
import { systemClock } from '../../../src/clock.js';
import { problemsOfPush } from '../../../src/subscriptions/configuration-problem.js';
import { checkPushAddress, type PushFinding } from '../../../src/subscriptions/push-check.js';
import { textOf, type RawConfig } from '../config-values.js';
import { httpNodeRoot, localAddress, pushService } from '../push-service.js';
import { Texts } from '../texts.js';
import { errorWords } from './error-words.js';
import { adminRoute, AdminRefusal, answerJson } from './admin-route.js';
import { withVariables } from './environment.js';

/**
 * `POST /ews-push-in/:id/test`: this Node-RED calls a node of its own by the public URL that stands in the dialog. Only the
 * path of a node that is deployed can be called below it, and nothing of what answers is handed on.
 * @param pathOf the path at which a node listens; `undefined` for one that is not deployed
 */
export function answerTestPush(red: NodeAPI, pathOf: (id: string) => string | undefined): void {
  const texts = new Texts(red);
  const testing = new Set<string>();

  adminRoute(red, '/ews-push-in/:id/test', ['ews-push-in.write', 'flows.write'], async ({ body, id }, response) => {
    const path = pathOf(id);
    if (path === undefined || path !== typedPath(body, id)) throw new AdminRefusal(404, 'not-deployed');
    if (testing.has(id)) throw new AdminRefusal(429, 'too-many');
    testing.add(id);
    try {
      answerJson(response, shown(await find(path, publicUrlOf(body, id))));
    } finally {
      testing.delete(id);
    }
  });

  /** The path as it stands in the dialog; another one than that of the deployed node is not there yet. */
  function typedPath(body: RawConfig, id: string): string {
    return pushService(red).pathOf(id, textOf(withVariables(red, { path: textOf(body, 'path') }, id), 'path'));
  }

  function publicUrlOf(body: RawConfig, id: string): string {
    const url = textOf(withVariables(red, { publicUrl: textOf(body, 'publicUrl') }, id), 'publicUrl');
    if (problemsOfPush(1, url, '').length > 0) throw new AdminRefusal(400, 'bad-public-url');
    return url.replace(/\/+$/, '');
  }

  async function find(path: string, publicUrl: string): Promise<PushFinding> {
    const base = publicUrl || (await localAddress(red));
    const address = `${base}${httpNodeRoot(red)}/ews/${path}/`;
    return checkPushAddress({ desk: pushService(red).desk, path, address, clock: systemClock });
  }

  function shown(finding: PushFinding): object {
    if (finding.kind === 'failed') return { kind: finding.error.code, text: errorWords(texts, finding.error) };
    // Whoever asks for a password may be this Node-RED itself.
    const own = finding.kind === 'unauthorized' && Boolean(red.settings.httpNodeAuth);
    return own ? { ...finding, kind: 'unauthorized-here' } : finding;
  }
}
