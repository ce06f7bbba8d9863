/** A firehose in a process of its own, so that what it costs is not measured. It ends with the channel. */
import { startFirehose, type Firehose } from '../support/firehose.js';

/** How many bytes it is to write, as the first message; every later one asks how many it has written. */
export interface FirehoseAnswer {
  readonly url: string;
  readonly written: number;
}

let firehose: Firehose | undefined;

process.on('message', (bytes: number) => {
  void (async () => {
    firehose ??= await startFirehose(bytes);
    process.send?.({ url: firehose.origin, written: firehose.written() } satisfies FirehoseAnswer);
  })();
});
process.once('disconnect', () => process.exit(0));
