let lastSecond = Number.NaN;
let lastTimeStamp = '';

/** `2026-11-22T17:34:56Z`: Exchange tells times to the second. @param time milliseconds since 1970 */
export function timeStamp(time: number): string {
  const second = Math.floor(time / 1000);
  // Most events are of the same second as the one before.
  if (second !== lastSecond) {
    lastTimeStamp = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastTimeStamp;
}

/** `2026-11-22T17:34:56.497000000Z`: grommunio tells them with nine fraction digits. @param time milliseconds since 1970 */
export function timeStampWithNanoseconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 23)}000000Z`;
}
