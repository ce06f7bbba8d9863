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

/** Whether two of them say the same. */
export function sameDetails(one: DetailsOrder, other: DetailsOrder): boolean {
  return JSON.stringify(detailsOrderOf(one)) === JSON.stringify(detailsOrderOf(other));
}

/** `source` with what `order` says of details, and nothing else. */
export function withDetails<T extends DetailsOrder>(source: T, order: DetailsOrder): T {
  const { include: _include, bodyType: _bodyType, calm: _calm, filter: _filter, ...rest } = source;
  return { ...rest, ...detailsOrderOf(order) } as T;
}
