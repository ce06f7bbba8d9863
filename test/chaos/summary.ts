import type { Outcome } from './run.js';

/** What a run has come to, for people. */
export function summary(seed: number, ms: number, { happened, verdict, faults, problems }: Outcome): string {
  const { findings, sent, repeated, gaps, emptyGaps, inGaps } = verdict;
  const of = (what: string) => findings.filter((one) => one.what === what).length;
  return [
    `seed:       ${seed}`,
    `duration:   ${Math.round(ms / 1000)} s`,
    `events:     ${happened} happened, ${sent} messages sent`,
    `faults:     ${Object.entries(faults)
      .map(([kind, count]) => `${count} × ${kind}`)
      .join(', ')}`,
    `losses:     ${of('lost')}`,
    `disorder:   ${of('out of order')}, never happened: ${of('never happened')}`,
    `duplicates: ${of('repeated')}, and ${repeated} around kills`,
    `gaps:       ${gaps} told, with ${inGaps} events in them, ${emptyGaps} with none`,
    ...(problems === '' ? [] : ['', problems]),
  ].join('\n');
}
