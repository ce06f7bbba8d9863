import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { ClientProcess } from './client-process.js';
import { furnish, readsMail } from './reads-mail.js';
import { worksWithExchange } from './works-with-exchange.js';

const start = (sandbox: Sandbox) => new ClientProcess(process.execPath, 'ews-javascript-api-client.mjs', sandbox);

describe('ews-javascript-api and Exchange', () => worksWithExchange(start));

// It can neither pull nor stream there: it asks for a watermark, and takes no envelope with a prefix in a stream.
describe('ews-javascript-api and grommunio', () => {
  let sandbox: Sandbox;
  let client: ClientProcess;

  before(async () => {
    sandbox = await startSandbox({ character: 'grommunio' });
    furnish(sandbox);
    client = start(sandbox);
  });

  after(async () => {
    await client.close();
    await sandbox.close();
  });

  readsMail(() => ({ sandbox, client }));
});
