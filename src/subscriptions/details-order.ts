/**
 * What a message to ews-subscribe says of what is done with events before they are sent. It goes with the subscription to
 * the node that receives it, which knows what it means; what is left out is as that node is set.
 */
export interface DetailsOrder {
  readonly include?: unknown;
  readonly bodyType?: unknown;
  readonly calm?: unknown;
  readonly filter?: unknown;
}

const NAMES = ['include', 'bodyType', 'calm', 'filter'] as const;

/** That part of an order, a subscription or a message; nothing of what is empty. */
export function detailsOrderOf(source: DetailsOrder): DetailsOrder {
  const said = NAMES.filter((name) => source[name] !== undefined && source[name] !== '');
  return Object.fromEntries(said.map((name) => [name, source[name]]));
}
