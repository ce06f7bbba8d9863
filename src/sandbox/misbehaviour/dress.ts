import type { WireFailure } from './failure.js';
import { restyle } from './xml-style.js';

/** An envelope as bytes, after what shall happen to its text. */
export function dress(xml: string, { style, padding }: WireFailure): Buffer {
  const styled = style ? restyle(xml, style) : xml;
  if (padding === undefined) return Buffer.from(styled);
  const end = styled.lastIndexOf('</');
  return Buffer.from(`${styled.slice(0, end)}<!--${'x'.repeat(padding)}-->${styled.slice(end)}`);
}
