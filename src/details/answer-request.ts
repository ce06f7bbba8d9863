import type { Attachment } from '../protocol/attachment.js';
import { EwsError, toEwsError } from '../protocol/ews-error.js';
import { getAttachment, type AttachmentContent } from '../protocol/get-attachment.js';
import { contextOf } from '../subscriptions/account-link.js';
import { budgetOf } from './budget.js';
import { fetchFolders, fetchItems, tooLate, type FetchOptions, type Found } from './fetch-details.js';
import { folderDetails, itemDetails, type FolderDetails, type ItemDetails } from './item-details.js';
import type { ItemRequest } from './item-request.js';
import { unlessAborted } from '../transport/unless-aborted.js';

export const MIB = 1024 * 1024;

/** One thing that was asked for, or why it cannot be had. */
export type Answer =
  | { readonly content: ItemDetails | FolderDetails }
  | { readonly content: Buffer | ItemDetails; readonly attachment: Attachment }
  | { readonly error: EwsError };

export interface AnswerOptions extends Omit<FetchOptions, 'maxResponseBytes'> {
  /** Bound on an attachment, or on an item with what is in it, in bytes. */
  readonly maxBytes: number;
}

/** Looks up what a message asks for, in its order. Rejects only where the account cannot be reached at all. */
export async function answerRequest(request: ItemRequest, options: AnswerOptions): Promise<readonly Answer[]> {
  const bounded = { ...options, maxResponseBytes: responseBound(options.maxBytes) };
  switch (request.kind) {
    case 'attachment':
      return attachments(request.ids, options);
    case 'folder':
      return inOrder(request.ids, await fetchFolders(unique(request.ids), bounded), bounded);
    case 'item':
      return inOrder(request.ids, await fetchItems(unique(request.ids), bounded), bounded);
  }
}

/** Base64 makes three bytes four, and there is something around it. */
function responseBound(maxBytes: number): number {
  return Math.ceil((maxBytes * 4) / 3) + MIB;
}

function inOrder(ids: readonly string[], found: ReadonlyMap<string, Found>, options: FetchOptions): readonly Answer[] {
  return ids.map((id) => {
    const { item, folder, error } = found.get(id) ?? {};
    if (error) return { error };
    if (item) return { content: itemDetails(item, options.settings) };
    return folder ? { content: folderDetails(folder) } : { error: nothing() };
  });
}

/** One after the other: each may be large. */
async function attachments(ids: readonly string[], options: AnswerOptions): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const id of ids) answers.push(await attachment(id, options));
  return answers;
}

async function attachment(id: string, options: AnswerOptions): Promise<Answer> {
  const { account, access, signal, maxBytes, settings, withinMs } = options;
  const late = new AbortController();
  const timer = account.clock.setTimer(() => {
    late.abort();
  }, withinMs);
  const over = AbortSignal.any([signal, late.signal]);
  try {
    const { client } = await unlessAborted(account.connect(access.mailbox), over);
    const context = { ...contextOf(access, account.email, over), maxResponseBytes: responseBound(maxBytes) };
    const request = {
      attachments: [id],
      bodyType: settings.bodyType === 'html' ? ('HTML' as const) : ('Text' as const),
    };
    const asked = budgetOf(client.budget).pass(over, () => client.call(getAttachment, request, context));
    const { response } = await unlessAborted(asked, over);
    const [result] = response;
    if (!result) return { error: nothing() };
    return 'error' in result ? result : contentOf(result.attachment, options);
  } catch (thrown) {
    if (late.signal.aborted) return { error: tooLate(withinMs) };
    const error = toEwsError(thrown, 'GetAttachment');
    return { error: error.code === 'EWS_TOO_LARGE' ? tooLarge(maxBytes) : error };
  } finally {
    account.clock.clearTimer(timer);
  }
}

function contentOf({ content, item, ...attachment }: AttachmentContent, options: AnswerOptions): Answer {
  if (content && content.length > options.maxBytes) return { error: tooLarge(options.maxBytes) };
  if (content) return { content, attachment };
  if (item) return { content: itemDetails(item, { ...options.settings, include: 'body' }), attachment };
  return {
    error: new EwsError(
      'EWS_INVALID_REQUEST',
      'The attachment refers to a file that is kept elsewhere: it has no content.',
    ),
  };
}

function unique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}

function nothing(): EwsError {
  return new EwsError('EWS_MALFORMED', 'The server did not answer for this one.');
}

function tooLarge(maxBytes: number): EwsError {
  return new EwsError(
    'EWS_TOO_LARGE',
    `It is larger than ${Math.round(maxBytes / MIB)} MiB, which the node is set to.`,
  );
}
