/** Texts that XML and careless escaping stumble over. */
export const ODD_TEXTS = [
  'plain',
  `& < > " '`,
  '&amp;lt;',
  ']]><!-- <![CDATA[',
  'Grüße aus Zürich, 日本語',
  '😀 𐍈 \u{10fffd}',
  ' a\tb\nc\rd ',
  '\u00a0\u2028\u0085',
  '<script>alert("1")</script>',
  'x'.repeat(3000),
] as const;

/** One after another of `values`, from the beginning again after the last. */
export function cycle<T>(values: readonly [T, ...T[]]): () => T {
  let next = 0;
  return () => values[next++ % values.length] ?? values[0];
}
