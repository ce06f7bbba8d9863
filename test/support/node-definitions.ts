import ts from 'typescript';

/** What catalogues of nodes read of a node type. */
export interface NodeDefinition {
  readonly category?: unknown;
  readonly color?: unknown;
  readonly icon?: unknown;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  readonly defaults: readonly string[];
  readonly credentials: readonly string[];
}

/**
 * Reads a dialog's file as Node-RED's own checker (node-red-dev, behind the scorecard of the flow library) does: without
 * running anything, out of inline scripts that say their type, literal values only, and the names of the properties of
 * object literals. Throws where that checker would, or would see less than there is.
 */
export function readNodeDefinitions(html: string): ReadonlyMap<string, NodeDefinition> {
  const scripts = [...html.matchAll(/<script.+?type=['"]text\/javascript['"].*?>([\S\s]*?)<\/script>/gi)];
  const found = new Map<string, NodeDefinition>();
  for (const [, script = ''] of scripts) {
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && isRegisterType(node)) found.set(...readCall(node));
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile('inline.js', script, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS));
  }
  return found;
}

function isRegisterType({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && expression.name.text === 'registerType';
}

function readCall({ arguments: [type, definition] }: ts.CallExpression): [string, NodeDefinition] {
  if (!type || !ts.isStringLiteral(type)) throw new Error('the type is no literal');
  if (!definition || !ts.isObjectLiteralExpression(definition)) throw new Error('the definition is no object literal');
  const values = new Map(definition.properties.map((property) => [nameOf(property), valueOf(property)]));
  const literal = (name: string) => literalOf(name, values.get(name));
  const names = (name: string) => namesOf(name, values.get(name));
  return [
    type.text,
    {
      ...{ category: literal('category'), color: literal('color'), icon: literal('icon') },
      ...{ inputs: literal('inputs'), outputs: literal('outputs') },
      ...{ defaults: names('defaults'), credentials: names('credentials') },
    },
  ];
}

/** Only plain names are seen: neither a spread has one, nor what stands in quotes or brackets. */
function nameOf({ name }: ts.ObjectLiteralElementLike): string {
  if (!name || !ts.isIdentifier(name)) throw new Error('a property has no plain name');
  return name.text;
}

function valueOf(property: ts.ObjectLiteralElementLike): ts.Expression | undefined {
  return ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

function literalOf(name: string, value: ts.Expression | undefined): unknown {
  if (!value) return undefined;
  if (ts.isStringLiteral(value)) return value.text;
  if (ts.isNumericLiteral(value)) return Number(value.text);
  throw new Error(`${name} is no literal`);
}

function namesOf(name: string, value: ts.Expression | undefined): string[] {
  if (!value) return [];
  if (!ts.isObjectLiteralExpression(value)) throw new Error(`${name} is no object literal`);
  return value.properties.map(nameOf);
}
