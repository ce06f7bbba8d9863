import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { answerRequest, MIB, type Answer } from '../src/details/answer-request.js';
import { readContentSettings, type ContentSettings } from '../src/details/details-settings.js';
import { itemError } from '../src/details/detailed-event.js';
import { readItemRequest, type ItemRequest } from '../src/details/item-request.js';
import { EwsError, toEwsError } from '../src/protocol/ews-error.js';
import { isSmtpAddress, type ConfigurationProblem } from '../src/subscriptions/configuration-problem.js';
import { accountNode } from './runtime/account-node.js';
import type { Account } from './runtime/account.js';
import { numberOf, textOf, type RawConfig } from './runtime/config-values.js';
import { refuse } from './runtime/refuse.js';
import { Texts } from './runtime/texts.js';

/** How long a message waits for its answer, in milliseconds. */
const PATIENCE_MS = 30_000;
const DEFAULT_MAX_SIZE_MIB = 10;
const MAX_SIZE_MIB = 100;

/** What a node that watches says of where its message comes from. */
interface Origin {
  readonly account?: unknown;
  readonly mailbox?: unknown;
}

module.exports = function (RED: NodeAPI): void {
  const texts = new Texts(RED);

  function EwsItemNode(this: Node, config: NodeDef & RawConfig): void {
    RED.nodes.createNode(this, config);
    const problem = problemOf(config);
    if (problem) {
      refuse(RED, this, texts, problem);
      return;
    }
    const settings = settingsOf(config);
    const own = textOf(config, 'account') === '' ? undefined : accountOf(textOf(config, 'account'));
    own?.register(this.id);
    const closing = new AbortController();

    const answer = async (message: NodeMessageInFlow): Promise<NodeMessageInFlow> => {
      const request = readItemRequest(message);
      const { ews } = message as { readonly ews?: Origin };
      const account = own ?? accountOf(textFrom(ews?.account));
      if (!account) throw new EwsError('EWS_CONFIGURATION', texts.text('item.no-account'));
      const answers = await answerRequest(request, {
        account,
        access: { mailbox: textOf(config, 'mailbox') || textFrom(ews?.mailbox), access: accessOf(config, account) },
        settings,
        maxBytes: maxSizeOf(config) * MIB,
        withinMs: PATIENCE_MS,
        patient: true,
        signal: closing.signal,
      });
      return answered(message, request, answers);
    };

    this.on('input', (message, send, done) => {
      answer(message).then(
        (sent) => {
          this.status({});
          send(sent);
          done();
        },
        (thrown: unknown) => {
          const error = toEwsError(thrown);
          if (closing.signal.aborted) {
            done();
            return;
          }
          this.status({ fill: 'red', shape: 'ring', text: texts.reason(error) });
          done(texts.error(error));
        },
      );
    });
    this.on('close', (done: () => void) => {
      closing.abort();
      own?.leave(this.id);
      done();
    });
  }

  function accountOf(id: string): Account | undefined {
    return accountNode(RED, id)?.account;
  }

  function problemOf(config: RawConfig): ConfigurationProblem | undefined {
    const id = textOf(config, 'account');
    const owner = id === '' ? undefined : accountNode(RED, id);
    if (id !== '' && !owner) return 'no-account';
    if (owner?.problem) return owner.problem;
    const mailbox = textOf(config, 'mailbox');
    if (mailbox !== '' && !isSmtpAddress(mailbox)) return 'bad-mailbox';
    const size = maxSizeOf(config);
    if (!(size > 0 && size <= MAX_SIZE_MIB)) return 'bad-max-size';
    try {
      settingsOf(config);
      return undefined;
    } catch {
      return 'bad-include';
    }
  }

  RED.nodes.registerType('ews-item', EwsItemNode);
};

function settingsOf(config: RawConfig): ContentSettings {
  return readContentSettings(config, { include: 'body', bodyType: 'text' });
}

/** An application opens every mailbox in its owner's name. */
function accessOf(config: RawConfig, account: Account): 'delegate' | 'impersonate' {
  return account.isApplication || config.access === 'impersonate' ? 'impersonate' : 'delegate';
}

function maxSizeOf(config: RawConfig): number {
  return numberOf(config, 'maxSize', DEFAULT_MAX_SIZE_MIB);
}

function textFrom(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

type Earlier = NodeMessageInFlow & { readonly attachment?: unknown; readonly itemErrors?: unknown };

/**
 * The message with the answer as its payload: what was asked for or, for a list, a list in its order, with `null` for
 * what cannot be had and `msg.itemErrors` saying why. Throws where nothing can be had.
 */
function answered(message: NodeMessageInFlow, request: ItemRequest, answers: readonly Answer[]): NodeMessageInFlow {
  const failed = answers.flatMap((answer, at) => ('error' in answer ? [{ at, error: answer.error }] : []));
  const [first] = failed;
  if (first && failed.length === answers.length) throw first.error;
  const contents = answers.map((answer) => ('error' in answer ? null : answer.content));
  const attachments = answers.map((answer) => ('attachment' in answer ? answer.attachment : null));
  const several = request.several;
  // What an earlier node of this kind said of another item.
  const { attachment: _attachment, itemErrors: _itemErrors, ...rest } = message as Earlier;
  return {
    ...rest,
    payload: several ? contents : contents[0],
    ...(request.kind === 'attachment' ? { attachment: several ? attachments : attachments[0] } : {}),
    ...(failed.length > 0 ? { itemErrors: failed.map(({ at, error }) => ({ index: at, ...itemError(error) })) } : {}),
  };
}
