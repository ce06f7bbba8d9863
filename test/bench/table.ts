import { cpus } from 'node:os';

/** One line of the table at the end. */
export interface TableRow {
  readonly what: string;
  readonly figure: string;
  /** What it is to be, or what others did in the same run. */
  readonly beside: string;
}

/** Puts a line into the table at the end. In a benchmark that runs by itself there is none. */
export function report(what: string, figure: string, beside: string): void {
  process.send?.({ what, figure, beside } satisfies TableRow);
}

/** In Markdown, as it stands in the README. */
export function printTable(rows: readonly TableRow[]): void {
  if (rows.length === 0) return;
  const cells = [
    ['what', 'measured', 'aim, or beside it'],
    ...rows.map(({ what, figure, beside }) => [what, figure, beside]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  const rule = widths.map((width) => '-'.repeat(width));
  console.log(`\n${[head, rule, ...body].map(line).join('\n')}\n`);
  const date = new Date().toISOString().slice(0, 10);
  console.log(`${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node.js ${process.versions.node}, ${date}`);
}

/** `1234567` as `1,234,567`. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** With two digits that count, or all in front of the point. */
export function short(value: number): string {
  return value < 1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : whole(value);
}

/** How many times as much `value` is. */
export function times(value: number, other: number): string {
  return `${short(value / other)} ×`;
}
