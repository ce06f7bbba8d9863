import { DISTINGUISHED_FOLDERS } from '../../protocol/distinguished-folder.js';
import type { XmlElement } from '../../protocol/xml-element.js';
import { readEwsId } from '../ids.js';
import type { Folder } from '../mailbox/folder.js';
import type { Mailbox } from '../mailbox/mailbox.js';
import { ResponseError } from '../soap/response-error.js';
import { anyText, manyOf, nonEmptyText, oneOfValues, optional, type Content } from '../soap/request-schema.js';
import type { RequestContext } from './operation.js';

const id: Content['attributes'] = { Id: { required: true }, ChangeKey: {} };

const mailboxContent: Content = {
  children: [
    optional('Name', anyText),
    optional('EmailAddress', nonEmptyText),
    optional('RoutingType', anyText),
    optional('MailboxType', anyText),
    optional('ItemId', { attributes: id }),
  ],
};

/** `NonEmptyArrayOfBaseFolderIdsType` */
export const folderIdsContent: Content = {
  children: [
    manyOf({
      FolderId: { attributes: id },
      DistinguishedFolderId: {
        attributes: { ...id, Id: { required: true, rule: oneOfValues(DISTINGUISHED_FOLDERS) } },
        children: [optional('Mailbox', mailboxContent)],
      },
    }),
  ],
};

/** A folder that a request may open. */
export interface OpenFolder {
  readonly mailbox: Mailbox;
  readonly folder: Folder;
}

/**
 * The folder that a `FolderId` or `DistinguishedFolderId` names. Throws a `ResponseError` when there is none,
 * or the request may not open it.
 */
export function openFolder(reference: XmlElement, context: RequestContext): OpenFolder {
  const nameOrId = reference.attributes.Id ?? '';
  const mailbox = reference.name === 'FolderId' ? mailboxOfId(nameOrId, context) : namedMailbox(reference, context);
  openMailbox(mailbox, context);
  const folder = mailbox.store.findFolder(nameOrId);
  if (!folder) throw new ResponseError('ErrorFolderNotFound');
  openFolderNumber(mailbox, folder.number, context);
  return { mailbox, folder };
}

/** Throws a `ResponseError` when the request may not open the mailbox, or nobody can just now. */
export function openMailbox(mailbox: Mailbox, { exchange, actsAs }: RequestContext): void {
  if (!exchange.mayOpen(actsAs, mailbox)) throw new ResponseError('ErrorAccessDenied');
  if (mailbox.isMoving) throw new ResponseError('ErrorMailboxMoveInProgress');
}

/** Throws a `ResponseError` when the request may not open a folder of a mailbox that it may open. */
export function openFolderNumber(mailbox: Mailbox, folder: number, { exchange, actsAs }: RequestContext): void {
  if (!exchange.mayOpenFolder(actsAs, mailbox, folder)) throw new ResponseError('ErrorAccessDenied');
}

function namedMailbox(reference: XmlElement, { exchange, actsAs }: RequestContext): Mailbox {
  const address = reference.child('Mailbox')?.childText('EmailAddress')?.trim();
  if (address === undefined) return actsAs.mailbox;
  const account = exchange.account(address);
  if (!account) throw new ResponseError('ErrorNonExistentMailbox');
  return account.mailbox;
}

function mailboxOfId(folderId: string, { exchange }: RequestContext): Mailbox {
  if (!readEwsId(folderId)) throw new ResponseError('ErrorInvalidIdMalformed');
  const mailbox = exchange.mailboxOfId(folderId);
  if (!mailbox) throw new ResponseError('ErrorFolderNotFound');
  return mailbox;
}
