import { parseArgs } from 'node:util';

/** The options of `npm start`. Exits with a sentence for what makes no sense. */
export function readOptions(argv, env) {
  const { values } = parseArgs({ args: argv, options: { seconds: { type: 'string' } }, strict: true });
  const port = wholeNumber(env.PORT ?? '1880', 'PORT', 65_535);
  const seconds = values.seconds === undefined ? undefined : wholeNumber(values.seconds, '--seconds', 86_400);
  return { port, seconds };
}

function wholeNumber(text, what, max) {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new Error(`${what} must be a whole number from 1 to ${max}, not "${text}".`);
}
