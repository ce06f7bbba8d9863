/** A firehose in a process of its own, so that what it costs is not measured. It ends with the channel. */
import { startFirehose, type Firehose } from '../support/firehose.js';

/** What it is to write, as the first message; every later one asks how many bytes it has written. */
export interface FirehoseOrder {
  readonly bytes: number;
  /** In each envelope. */
  readonly events: number;
}

export interface FirehoseAnswer {
  readonly url: string;
  readonly written: number;
}

let firehose: Firehose | undefined;

process.on('message', ({ bytes, events }: FirehoseOrder) => {
  void (async () => {
    firehose ??= await startFirehose(bytes, events);
    process.send?.({ url: firehose.origin, written: firehose.written() } satisfies FirehoseAnswer);
  })();
});
process.once('disconnect', () => process.exit(0));
