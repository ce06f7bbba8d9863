import type { XmlElement } from '../../protocol/xml-element.js';
import { element } from '../../protocol/xml-writer.js';
import { entryIdOf } from '../ids.js';
import { manyOf, one, oneOfValues } from '../soap/request-schema.js';
import { ResponseError } from '../soap/response-error.js';
import { failure, success, type ResponseMessage } from '../soap/response.js';
import type { SandboxOperation } from './operation.js';

/** IdFormatType */
const FORMATS = ['EwsLegacyId', 'EwsId', 'EntryId', 'HexEntryId', 'StoreId', 'OwaId'];
const format = { required: true, rule: oneOfValues(FORMATS) };

/**
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/convertid-operation
 *
 * From EWS ids to entry ids only. Clients also use it to see which server they talk to.
 */
export const convertIdOperation: SandboxOperation = {
  name: 'ConvertId',
  schema: () => ({
    attributes: { DestinationFormat: format },
    children: [
      one('SourceIds', {
        children: [
          manyOf({
            AlternateId: {
              attributes: { Format: format, Id: { required: true }, Mailbox: { required: true }, IsArchive: {} },
            },
          }),
        ],
      }),
    ],
  }),
  handle(request) {
    const ids = request.child('SourceIds')?.children ?? [];
    return ids.map((id) => convert(id, request.attributes.DestinationFormat ?? ''));
  },
};

function convert({ attributes }: XmlElement, destination: string): ResponseMessage {
  const { Format, Id = '', Mailbox = '' } = attributes;
  const entryId = Format === 'EwsId' ? entryIdOf(Id) : undefined;
  if (!entryId) return failure(new ResponseError('ErrorInvalidIdMalformed'));
  const ids: Readonly<Record<string, string>> = {
    EwsId: Id,
    EntryId: entryId.toString('base64'),
    HexEntryId: entryId.toString('hex').toUpperCase(),
  };
  const converted = ids[destination];
  if (converted === undefined) return failure(new ResponseError('ErrorInvalidIdMalformed'));
  return success(
    element('m:AlternateId', {
      'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      'xsi:type': 't:AlternateIdType',
      Format: destination,
      Id: converted,
      Mailbox,
    }),
  );
}
