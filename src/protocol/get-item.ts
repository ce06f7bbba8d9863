import { EwsError } from './ews-error.js';
import { readItem, type Item } from './item.js';
import { writeItemShape, type ItemShape } from './item-shape.js';
import type { EwsId } from './mailbox-event.js';
import { malformedAnswer, requiredChild } from './malformed.js';
import { nonEmpty } from './non-empty.js';
import type { Operation } from './operation.js';
import { errorOf, responseMessages } from './response-message.js';
import type { XmlElement } from './xml-element.js';
import { element } from './xml-writer.js';

export interface GetItemRequest {
  readonly items: readonly EwsId[];
  readonly shape: ItemShape;
}

/** For each item that was asked for, in that order: the item, or why it cannot be had. */
export type ItemResult = { readonly item: Item } | { readonly error: EwsError };

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getitem-operation */
export const getItem: Operation<GetItemRequest, readonly ItemResult[]> = {
  name: 'GetItem',
  write: writeGetItem,
  read: readGetItem,
};

export function writeGetItem(request: GetItemRequest): string {
  if (request.items.length === 0) throw new EwsError('EWS_INVALID_REQUEST', 'No item is named.');
  const ids = request.items.map(({ id, changeKey }) =>
    element('t:ItemId', { Id: nonEmpty('The id of an item', id), ChangeKey: changeKey }),
  );
  return element('m:GetItem', {}, writeItemShape(request.shape), element('m:ItemIds', {}, ...ids));
}

export function readGetItem(response: XmlElement): readonly ItemResult[] {
  return responseMessages(response, 'GetItem').map((message) => {
    const error = errorOf(message, 'GetItem');
    return error ? { error } : { item: readItem(onlyItem(message)) };
  });
}

function onlyItem(message: XmlElement): XmlElement {
  const [item] = requiredChild(message, 'Items').children;
  if (!item) throw malformedAnswer('<Items> is empty');
  return item;
}

/**
 * Whether an item could not be had because it is no longer there, which is no failure: it was moved or deleted
 * meanwhile, or was one of the temporary items that calendar changes make.
 */
export function isItemGone(error: EwsError): boolean {
  return error.operation === 'GetItem' && error.code === 'ErrorItemNotFound';
}
