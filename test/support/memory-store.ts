import { PositionError, type PositionKey, type PositionRecord } from '../../dist/src/subscriptions/position-record.js';
import { keyDigest, type PositionStore } from '../../dist/src/subscriptions/position-store.js';

/** A store whose contents a test can see, and that can be made to fail. */
export class MemoryStore implements PositionStore {
  readonly records = new Map<string, PositionRecord>();
  readonly saves: PositionRecord[] = [];
  failing: 'load' | 'save' | undefined;
  /** What {@link list} finds that cannot be used. */
  readonly bad: PositionError[] = [];

  load(key: PositionKey): Promise<PositionRecord | undefined> {
    if (this.failing === 'load') return Promise.reject(new PositionError('damaged', 'made to fail'));
    return Promise.resolve(this.records.get(keyDigest(key)));
  }

  save(record: PositionRecord): Promise<void> {
    if (this.failing === 'save') return Promise.reject(new PositionError('unwritable', 'disk full'));
    this.records.set(keyDigest(record), record);
    this.saves.push(record);
    return Promise.resolve();
  }

  remove(key: PositionKey): Promise<void> {
    this.records.delete(keyDigest(key));
    return Promise.resolve();
  }

  list(
    node: string,
    except: readonly PositionKey[] = [],
    report: (problem: PositionError) => void = () => undefined,
  ): Promise<PositionRecord[]> {
    for (const problem of this.bad) report(problem);
    const excepted = new Set(except.map(keyDigest));
    const records = [...this.records].filter(([key, record]) => record.node === node && !excepted.has(key));
    return Promise.resolve(records.map(([, record]) => record));
  }
}
