/**
 * An XML element as it is read: by local name, whatever its prefix or namespace,
 * because servers choose prefixes freely and some put elements into the wrong namespace.
 */
export class XmlElement {
  constructor(
    /** The local name. */
    readonly name: string,
    /** By local name; values are decoded. */
    readonly attributes: Readonly<Record<string, string>>,
    /** In document order. */
    readonly children: readonly XmlElement[],
    /** The element's own character data, decoded and otherwise exactly as it was sent. */
    readonly text: string,
  ) {}

  /** The first child of that local name. */
  child(name: string): XmlElement | undefined {
    return this.children.find((child) => child.name === name);
  }

  /** The text of the first child of that local name, exactly as it was sent. */
  childText(name: string): string | undefined {
    return this.child(name)?.text;
  }
}
