import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Makes Node-RED's user directory: the package in it is a link to the checkout itself, the flow is what the examples
 * for trying out make together. A flow that somebody has changed is left alone.
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
  writeUnlessChanged(flowFile, () => {
    const nodes = examples.flatMap((file) => readExample(root, file));
    return JSON.stringify(nodes, null, 2);
  });
  return { flowFile, credentialSecret: credentialSecret(userDir) };
}

/** Writes a file that is missing, or still is what was written here last time: so newer examples get into it. */
function writeUnlessChanged(file, makeContent) {
  const note = `${file}.sha256`;
  if (existsSync(file)) {
    const noted = existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined;
    if (noted !== sha256(readFileSync(file))) return;
  }
  const content = makeContent();
  writeFileSync(file, content);
  writeFileSync(note, `${sha256(content)}\n`);
}

function sha256(content) {
  return createHash('sha256').update(content).digest('hex');
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
