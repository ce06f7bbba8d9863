import { hash } from 'node:crypto';

/** The part of all mailboxes that one of several Node-REDs watches: the `index`th of `count`. */
export interface Share {
  readonly index: number;
  readonly count: number;
}

/** All mailboxes: the only Node-RED there is. */
export const EVERYTHING: Share = { index: 1, count: 1 };

/** More Node-REDs than this share no mailboxes. */
export const MAX_INSTANCES = 1000;

/** Reads `2/3`; empty for {@link EVERYTHING}. `undefined` for what is no share. */
export function readShare(text: string): Share | undefined {
  if (text.trim() === '') return EVERYTHING;
  const [, index = '', count = ''] = /^\s*(\d{1,4})\s*\/\s*(\d{1,4})\s*$/.exec(text) ?? [];
  const share: Share = { index: Number(index), count: Number(count) };
  return share.index >= 1 && share.index <= share.count && share.count <= MAX_INSTANCES ? share : undefined;
}

/** Whether a mailbox is in a share. @param mailbox its address, also where it is the account's own */
export function isInShare({ index, count }: Share, mailbox: string): boolean {
  return ownerOf(mailbox, count) === index;
}

/**
 * Which of `count` Node-REDs watches a mailbox. Each has a weight for it, and the greatest wins (rendezvous hashing), so
 * that one more takes from the others what it gets, and moves nothing between them.
 *
 * Stays as it is, as all that share have to agree, whatever version they are of: the first 32 bits of the SHA-256 of the
 * address in lower case, mixed with the number. The steps in between can be undone, so no two weights are equal.
 */
export function ownerOf(mailbox: string, count: number): number {
  if (count === 1) return 1;
  const address = Buffer.from(hash('sha256', mailbox.trim().toLowerCase(), 'hex'), 'hex').readUInt32BE(0);
  let owner = 1;
  let greatest = -1;
  for (let index = 1; index <= count; index += 1) {
    const weight = mixed(address ^ mixed(index));
    if (weight <= greatest) continue;
    greatest = weight;
    owner = index;
  }
  return owner;
}

/** A number of 32 bits with its bits mixed, and a different one for each: the end of MurmurHash3, x86, 32 bits. */
function mixed(number: number): number {
  let bits = number ^ (number >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
