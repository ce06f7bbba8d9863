/** The parts of a node's configuration as they come from a flow file: anything may be missing or of another type. */
export type RawConfig = Readonly<Record<string, unknown>>;

export function textOf(config: RawConfig, key: string, fallback = ''): string {
  const value = config[key];
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : fallback;
}

/** A number that may come as text, as text inputs do; NaN for what is none, `fallback` for what is not set. */
export function numberOf(config: RawConfig, key: string, fallback: number): number {
  const text = textOf(config, key);
  return text === '' ? fallback : Number(text);
}

/** `true` also as text, which is what an environment variable brings. */
export function booleanOf(config: RawConfig, key: string): boolean {
  return config[key] === true || config[key] === 'true';
}

/** Pull: how long the server keeps a subscription for which nobody asks. */
export const DEFAULT_SUBSCRIPTION_TIMEOUT_MINUTES = 30;
/** Push: how often the server says that it is there, and how long it tries to deliver again. */
export const DEFAULT_STATUS_FREQUENCY_MINUTES = 5;
/** Streaming: how long the server is to keep a stream open. */
export const DEFAULT_CONNECTION_TIMEOUT_MINUTES = 30;
