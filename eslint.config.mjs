import { readFileSync } from 'node:fs';
import path from 'node:path';
import tseslint from 'typescript-eslint';
import { importCircles } from './scripts/lint/import-circles.mjs';

/** Which folders of src each folder may import. The picture in docs/architecture.md, held. */
const ARROWS = {
  base: [],
  dataset: ['base'],
  messages: ['base'],
  charts: ['base'],
  hub: ['base'],
  text: ['base', 'dataset'],
  config: ['base', 'compute'],
  compute: ['base'],
  model: ['base', 'compute', 'config'],
  generate: ['base', 'compute', 'config', 'model', 'text'],
  export: ['base', 'compute', 'config', 'model', 'text'],
  train: ['base', 'compute', 'model', 'text', 'dataset', 'config'],
  engines: ['base', 'compute', 'model', 'text', 'dataset', 'config', 'tuning', 'train', 'generate'],
  runs: ['base', 'compute', 'model', 'text', 'dataset', 'config', 'train', 'generate', 'export', 'engines'],
  verify: ['base', 'compute', 'config', 'model', 'text', 'dataset', 'generate', 'export', 'runs'],
  serve: ['base', 'dataset', 'compute', 'config', 'model', 'generate', 'text', 'runs'],
  cli: [
    'base',
    'compute',
    'model',
    'text',
    'dataset',
    'config',
    'train',
    'generate',
    'export',
    'engines',
    'runs',
    'verify',
    'serve',
    'hub',
  ],
  analysis: ['base', 'dataset', 'text', 'config'],
  editor: [
    'base',
    'messages',
    'charts',
    'analysis',
    'compute',
    'model',
    'text',
    'dataset',
    'config',
    'train',
    'generate',
    'export',
    'hub',
    'runs',
  ],
};

const arrows = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const root = path.join(context.cwd, 'src') + path.sep;
    if (!context.filename.startsWith(root)) return {};
    const from = path.relative(root, context.filename).split(path.sep)[0];
    if (!(from in ARROWS)) return {};
    const check = (node) => {
      const name = node.source?.value;
      if (typeof name !== 'string') return;
      if (name === 'vscode' && from !== 'editor') {
        context.report({ node, message: `only src/editor imports vscode, not src/${from}` });
      }
      if (!name.startsWith('.')) return;
      const target = path.resolve(path.dirname(context.filename), name);
      if (!target.startsWith(root)) return;
      const to = path.relative(root, target).split(path.sep)[0];
      if (to === from || !(to in ARROWS) || ARROWS[from].includes(to)) return;
      context.report({ node, message: `src/${from} must not import src/${to}: arrows point one way` });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};

const restrictions = [
  { selector: 'ExportDefaultDeclaration', message: 'no default exports' },
  { selector: 'ExportAllDeclaration', message: 'no barrels' },
];

const { contributes } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'package.json'), 'utf8'));
const namesOfManifest = contributes.commands.map(({ command }) => command);
const onceOnly = [...namesOfManifest, 'sft.config.json'].map((name) => ({
  selector: `Literal[value=${JSON.stringify(name)}]`,
  message:
    'commands stand once, in src/editor/manifest/command-ids.ts, and the name of the configuration in src/config/names.ts',
}));

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', '.cache/', '.sft/'] },
  {
    files: ['{src,webview,test,bench,scripts}/**/*.ts'],
    languageOptions: { parser: tseslint.parser },
  },
  {
    files: ['{src,webview,test,bench,scripts}/**/*.{ts,mjs}'],
    plugins: { imports: { rules: { circles: importCircles } } },
    rules: { 'imports/circles': 'error' },
  },
  {
    // Scripts and suites outside the compiler's sight: what can be seen without types.
    files: ['**/*.mjs'],
    extends: [...tseslint.configs.strict, ...tseslint.configs.stylistic],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-use-before-define': ['error', { functions: false, variables: false }],
      'no-unreachable': 'error',
      'no-dupe-keys': 'error',
      'no-constant-condition': ['error', { checkLoops: false }],
      'no-self-compare': 'error',
      'no-unmodified-loop-condition': 'error',
      'require-atomic-updates': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'webview/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    plugins: { layers: { rules: { arrows } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'layers/arrows': 'error',
      'no-restricted-syntax': ['error', ...restrictions],
      // Typed arrays in checked loops: an index is never undefined there, and a throw per element would cost the loop.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // A default may stand for the rest; without one, a new member of the union is an error at every switch over it.
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.test.ts', 'src/editor/manifest/command-ids.ts', 'src/config/names.ts'],
    rules: { 'no-restricted-syntax': ['error', ...restrictions, ...onceOnly] },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      // node:test returns promises from describe and it that its runner awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['it', 'describe', 'test', 'suite'], package: 'node:test' },
          ],
        },
      ],
    },
  },
);
