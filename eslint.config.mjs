import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * Imports run one way: nodes → details → subscriptions → transport → protocol; the sandbox uses protocol only. src/clock.ts
 * and src/gate.ts are what every layer may import. test/layers.test.ts checks the same from the other side.
 */
const layers = ['protocol', 'transport', 'subscriptions', 'details', 'sandbox'];
const layer = (name, { uses, packages = [] }) => {
  const closed = [...layers.filter((other) => other !== name && !uses.includes(other)), 'nodes'];
  return {
    files: [`src/${name}/**/*.ts`],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            ...outsideNodeRed,
            {
              regex: `^(\\.\\./)+(${closed.join('|')})(/|$)`,
              message: `src/${name} imports only ${[...uses.map((other) => `src/${other}`), 'src/clock', 'src/gate'].join(', ')}.`,
            },
            ...packages,
          ],
        },
      ],
    },
  };
};

const outsideNodeRed = [
  { regex: '^(node-red|@node-red/)', message: 'Nothing under src/ knows Node-RED.' },
  { regex: '^(node:)?timers(/|$)', message: 'Take a Clock (src/clock.ts).' },
];
const noIo = {
  regex: '^(undici|(node:)?(fs|net|tls|http|http2|https|dns|child_process)(/.*)?)$',
  message: 'src/protocol is pure: no I/O.',
};
const noUndici = { regex: '^undici$', message: 'Only src/transport speaks HTTP to a server.' };

/** Which of Node's own names the plain scripts may use; TypeScript knows for the rest. */
const nodeGlobals = Object.fromEntries(
  ['process', 'console', 'URL', 'fetch', 'setTimeout', 'clearTimeout', 'AbortController', 'AbortSignal', 'Buffer'].map(
    (name) => [name, 'readonly'],
  ),
);

export default defineConfig(
  { ignores: ['dist/', 'dist-test/', 'resources/', '.cache/', '.demo/', 'test/fixtures/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // `() => done()` is plain enough, and a number in a message is no accident.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
  {
    files: ['src/**/*.ts', 'nodes/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Use undici’s own client (src/transport).' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/clock.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Use undici’s own client (src/transport).' },
        ...['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'].map((name) => ({
          name,
          message: 'Take a Clock (src/clock.ts).',
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take a Clock (src/clock.ts).' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Take a Clock (src/clock.ts).' },
      ],
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: outsideNodeRed }],
    },
  },
  layer('protocol', { uses: [], packages: [noIo] }),
  layer('transport', { uses: ['protocol'] }),
  layer('subscriptions', { uses: ['protocol', 'transport'], packages: [noUndici] }),
  layer('details', { uses: ['protocol', 'transport', 'subscriptions'], packages: [noUndici] }),
  layer('sandbox', { uses: ['protocol'], packages: [noUndici] }),
  {
    files: ['src/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            ...outsideNodeRed,
            { regex: '^\\.', message: 'A file that every layer may import is a leaf: it imports none of ours.' },
          ],
        },
      ],
    },
  },
  {
    files: ['nodes/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(node-red|@node-red/)',
              allowTypeImports: true,
              message: 'Node-RED hands itself in (RED); only its types are imported.',
            },
            noUndici,
          ],
        },
      ],
    },
  },
  {
    // Plain scripts for the browser: they share globals instead of importing.
    files: ['nodes/editor/**/*.ts'],
    languageOptions: { sourceType: 'script' },
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: '.', message: 'No modules here.' }] },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { vars: 'local', argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Tests look into parsed JSON and half-built doubles; what they assert is what keeps them honest.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: { globals: nodeGlobals },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { module: 'writable', require: 'readonly' } },
  },
);
