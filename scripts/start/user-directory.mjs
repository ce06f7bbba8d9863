import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Makes Node-RED's user directory inside the checkout: the package in it is a link to the checkout itself, the flow is
 * what the examples for trying out make together. A flow that somebody has changed is left alone.
 */
export function prepareUserDirectory(root, userDir, examples) {
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const link = join(userDir, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  if (!existsSync(link)) {
    // A link whose target is gone does not "exist", and would be in the way.
    rmSync(link, { force: true });
    symlinkSync(root, link, 'junction');
  }
  const flowFile = join(userDir, 'flows.json');
  if (!existsSync(flowFile))
    writeFileSync(
      flowFile,
      JSON.stringify(
        examples.flatMap((file) => readExample(root, file)),
        null,
        2,
      ),
    );
  return { flowFile, credentialSecret: credentialSecret(userDir) };
}

/** What credentials typed into this Node-RED are encrypted with: somebody may try a real account here. */
function credentialSecret(userDir) {
  const file = join(userDir, 'credential-secret');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

function readExample(root, file) {
  return JSON.parse(readFileSync(join(root, 'examples', file), 'utf8'));
}
