import type { Account } from '../model/account.js';
import type { Exchange } from '../model/exchange.js';
import { OPERATIONS } from '../operations/index.js';
import type { RequestContext, SandboxOperation, StreamingOperation } from '../operations/operation.js';
import { checkSchema } from '../soap/request-schema.js';
import type { SoapRequest } from '../soap/request.js';
import { FaultError, ResponseError } from '../soap/response-error.js';
import { failure, type ResponseMessage } from '../soap/response.js';
import type { Route } from './affinity.js';
import { responseAnswer, streamAnswer, type Answer } from './answer.js';

/** Carries a request out. Rejects with a `FaultError` for one that is wrong as a whole. */
export async function carryOut(
  soap: SoapRequest,
  exchange: Exchange,
  caller: Account,
  { backEnd, headers }: Route,
): Promise<Answer> {
  const { operation: request, version, impersonate } = soap;
  const operation = operationNamed(request.name);
  checkSchema(request, operation.schema(version));
  const actsAs = impersonate === undefined ? caller : impersonated(impersonate, caller, exchange);
  const context: RequestContext = { exchange, caller, actsAs, version, backEnd };
  if (!('stream' in operation)) {
    const messages = await handle(operation, soap, context);
    return responseAnswer(exchange.character, request.name, messages, headers);
  }
  const refusal = operation.refuse(request, context);
  if (refusal)
    return streamAnswer(refusal.error?.code, headers, (wire) => {
      wire.write(exchange.character.writeStreamed(refusal, true));
      void wire.end();
    });
  return streamAnswer('NoError', headers, (wire) => operation.stream(request, context, wire));
}

function operationNamed(name: string): SandboxOperation | StreamingOperation {
  const operation = OPERATIONS.get(name);
  if (operation) return operation;
  const what = `The element 'Body' has invalid child element '${name}'.`;
  throw new FaultError('ErrorSchemaValidation', `The request failed schema validation: ${what}`);
}

async function handle(
  operation: SandboxOperation,
  { operation: request }: SoapRequest,
  context: RequestContext,
): Promise<readonly ResponseMessage[]> {
  try {
    return await operation.handle(request, context);
  } catch (error) {
    if (error instanceof ResponseError) return [failure(error)];
    throw error;
  }
}

/** Without the right to impersonate, nobody learns whether there is such a mailbox. */
function impersonated(who: string, caller: Account, exchange: Exchange): Account {
  if (!exchange.mayImpersonate(caller, who)) throw new FaultError('ErrorImpersonateUserDenied');
  const account = exchange.account(who);
  if (!account) throw new FaultError('ErrorNonExistentMailbox');
  return account;
}
