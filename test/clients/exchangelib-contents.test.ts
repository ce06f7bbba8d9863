import assert from 'node:assert/strict';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { ClientProcess } from './client-process.js';

const PYTHON = process.env.EXCHANGELIB_PYTHON ?? '/usr/bin/python3';

for (const character of ['exchange', 'grommunio'] as const) {
  describe(`exchangelib reads what is in items (${character})`, () => {
    let sandbox: Sandbox;
    let client: ClientProcess;

    before(async () => {
      sandbox = await startSandbox({ character });
      client = new ClientProcess(PYTHON, 'exchangelib_client.py', sandbox);
    });

    after(async () => {
      await client.close();
      await sandbox.close();
    });

    it('a mail in HTML with its attachments', async () => {
      const { id } = sandbox.mailbox().deliver({
        ...{ subject: 'Смета 📈', from: 'ada@example.com', bodyType: 'HTML', body: '<p>3 &lt; 4</p>' },
        attachments: [
          { name: 'größe.txt', contentType: 'text/plain', content: 'Zwölf Äpfel' },
          { name: 'b.csv', contentType: 'text/csv', content: 'a,b' },
        ],
      });
      const { subject, body, bodyType, attachments } = await client.ask('content', { id });
      assert.deepEqual([subject, body, bodyType], ['Смета 📈', '<p>3 &lt; 4</p>', 'HTML']);
      assert.deepEqual(attachments, [
        { name: 'größe.txt', type: 'text/plain', content: 'Zwölf Äpfel' },
        { name: 'b.csv', type: 'text/csv', content: 'a,b' },
      ]);
    });

    it('an appointment: who invited, who comes, and whether it recurs', async () => {
      const start = Date.parse('2026-03-02T09:00:00Z');
      for (const isRecurring of [true, false]) {
        const { id } = sandbox.mailbox().createAppointment(
          {
            ...{ start, end: start + 3_600_000, isRecurring },
            ...{ organizer: 'boss@example.com', attendees: ['ada@example.com', 'zoe@example.com'] },
          },
          { subject: 'Planning', body: 'The agenda follows.' },
        );
        const content = await client.ask('content', { id });
        assert.equal(content.isRecurring, isRecurring);
        assert.equal(content.organizer, 'boss@example.com');
        assert.deepEqual(content.attendees, ['ada@example.com', 'zoe@example.com']);
      }
    });
  });
}
