import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { XmlElement } from '../../protocol/xml-element.js';
import type { Account } from '../model/account.js';
import { readSoapRequest, type ServerVersion, type SoapRequest } from '../soap/request.js';
import { FaultError } from '../soap/response-error.js';
import type { RequestRecord } from './request-record.js';

/** What was understood of an HTTP request. */
export interface Incoming {
  readonly record: RequestRecord;
  /** Who has logged on. */
  readonly account: Account | undefined;
  /** The request in it, or what is wrong with it. */
  readonly soap: SoapRequest | FaultError;
  readonly headers: IncomingHttpHeaders;
  readonly isTooLong: boolean;
}

/**
 * @param body undefined when it was too long
 * @param newest the newest version of requests that is understood
 */
export function understand(
  request: IncomingMessage,
  account: Account | undefined,
  body: string | undefined,
  newest: ServerVersion,
  now: number,
): Incoming {
  const soap = readSoap(body, newest);
  const operation = soap instanceof FaultError ? undefined : soap.operation;
  const subscriptionIds = operation ? subscriptionIdsOf(operation) : [];
  const anchor = request.headers['x-anchormailbox'];
  const record: RequestRecord = {
    time: now,
    method: request.method ?? '',
    path: (request.url ?? '').split('?')[0] ?? '',
    subscriptionIds,
    ...(account ? { user: account.address } : {}),
    ...(operation ? { operation: operation.name } : {}),
    ...(subscriptionIds[0] === undefined ? {} : { subscriptionId: subscriptionIds[0] }),
    ...(soap instanceof FaultError || soap.impersonate === undefined ? {} : { impersonate: soap.impersonate }),
    ...(typeof anchor === 'string' ? { anchorMailbox: anchor } : {}),
    ...(body === undefined ? {} : { body }),
  };
  return { record, account, soap, headers: request.headers, isTooLong: body === undefined };
}

function readSoap(body: string | undefined, newest: ServerVersion): SoapRequest | FaultError {
  if (body === undefined) return new FaultError('ErrorInvalidRequest');
  try {
    return readSoapRequest(body, newest, body.length);
  } catch (error) {
    if (error instanceof FaultError) return error;
    throw error;
  }
}

function subscriptionIdsOf(operation: XmlElement): readonly string[] {
  const ids = operation.child('SubscriptionIds')?.children ?? operation.children;
  return ids.filter(({ name }) => name === 'SubscriptionId').map(({ text }) => text);
}
