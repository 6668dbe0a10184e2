import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { LEAST_THRESHOLD, NEAR_DUPLICATE_THRESHOLD } from '../dataset/near/near-threshold';

interface Setting {
  readonly order: number;
  readonly scope: string;
  readonly default: unknown;
  readonly markdownDescription: string;
  readonly minimum?: number;
}

interface Bound {
  readonly command?: string;
  readonly when?: string;
}

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  contributes: {
    commands: readonly { readonly command: string }[];
    configuration: readonly { readonly title: string; readonly properties: Readonly<Record<string, Setting>> }[];
    keybindings: readonly Bound[];
    menus: Readonly<Record<string, readonly Bound[]>>;
  };
};
const settings = Object.assign({}, ...contributes.configuration.map(({ properties }) => properties)) as Readonly<
  Record<string, Setting>
>;

/** The settings that the sources name where they read or write VS Code's configuration. */
function namedSettings(): Set<string> {
  const names = new Set<string>();
  for (const file of readdirSync('src/editor', { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const text = readFileSync(path.join('src/editor', file), 'utf8');
    for (const [, name] of text.matchAll(/affectsConfiguration\('(sft\.[\w.]+)'/g)) names.add(name!);
    if (!text.includes("getConfiguration('sft'")) continue;
    const used = /(?:settings|getConfiguration\([^)]*\))\s*\.(?:get|update)(?:<[^(]*>)?\(\s*'([\w.]+)'/g;
    for (const [, name] of text.matchAll(used)) names.add(`sft.${name!}`);
  }
  return names;
}

describe('the manifest', () => {
  it('declares the settings that the sources read, and no others', () => {
    assert.deepEqual([...namedSettings()].sort(), Object.keys(settings).sort());
  });
  it('says of each setting where it holds, what it does and what stands without it', () => {
    for (const { title, properties } of contributes.configuration) {
      assert.ok(title.length > 0);
      const all = Object.values(properties);
      assert.deepEqual(
        all.map(({ order }) => order),
        all.map((_, i) => i + 1),
      );
      for (const [name, { scope, markdownDescription, default: value }] of Object.entries(properties)) {
        assert.ok(['resource', 'machine-overridable', 'window'].includes(scope), name);
        assert.ok(markdownDescription.split(/\s+/).length >= 15, name);
        assert.notEqual(value, undefined, name);
      }
    }
    const { default: usual, minimum } = settings['sft.nearDuplicateThreshold']!;
    assert.deepEqual([usual, minimum], [NEAR_DUPLICATE_THRESHOLD, LEAST_THRESHOLD]);
  });
  it('names only commands that it declares, and binds no key without a when-clause', () => {
    const commands = new Set(contributes.commands.map(({ command }) => command));
    for (const { command } of [...Object.values(contributes.menus).flat(), ...contributes.keybindings]) {
      assert.ok(command === undefined || !command.startsWith('sft.') || commands.has(command), command);
    }
    for (const { command, when } of contributes.keybindings) assert.ok((when ?? '') !== '', command);
  });
});
