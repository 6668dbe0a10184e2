import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { atLeastOne } from '../../../test/at-least-one';
import { CONFIG_NAME } from '../../config/names';
import { RUN_GROUPS } from '../../runs/run-groups';
import { LEAST_THRESHOLD } from '../../dataset/near/near-threshold';
import { DECLARED, VIEWS } from './command-ids';
import { CONTEXT } from './context-keys';
import { SETTING_DEFAULTS } from './setting-defaults';

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
    views: { readonly sft: readonly { readonly id: string }[] };
    viewsWelcome: readonly Bound[];
    walkthroughs: readonly { readonly steps: readonly { readonly completionEvents: readonly string[] }[] }[];
  };
};
const settings = Object.assign({}, ...contributes.configuration.map(({ properties }) => properties)) as Readonly<
  Record<string, Setting>
>;

/** The keys of ours that when-clauses and the walkthrough ask for. */
function askedKeys(): Set<string> {
  const { menus, keybindings, viewsWelcome, walkthroughs } = contributes;
  const clauses = [...Object.values(menus).flat(), ...keybindings, ...viewsWelcome].map(({ when }) => when ?? '');
  // What a view or a tab is compared with is its name.
  const keys = clauses.flatMap(
    (when) => when.replaceAll(/(?:view|focusedView|activeWebviewPanelId) == \S+/g, '').match(/\bsft\.[\w.]+/g) ?? [],
  );
  const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps.flatMap((step) => step.completionEvents));
  const learnt = steps
    .filter((event) => event.startsWith('onContext:'))
    .map((event) => event.slice('onContext:'.length));
  return new Set([...keys.filter((key) => key !== CONFIG_NAME), ...learnt]);
}

/** The text of the editor's sources but for tests and for the tables themselves. */
function sources(): string {
  return readdirSync('src/editor', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('manifest'))
    .map((file) => readFileSync(path.join('src/editor', file), 'utf8'))
    .join('\n');
}

describe('the manifest', () => {
  it('declares the commands, views and context keys of the tables, and no others', () => {
    assert.deepEqual(contributes.commands.map(({ command }) => command).sort(), Object.values(DECLARED).sort());
    assert.deepEqual(contributes.views.sft.map(({ id }) => id).sort(), Object.values(VIEWS).sort());
    assert.deepEqual([...askedKeys()].sort(), Object.values(CONTEXT).sort());
  });
  it('asks for no context key that nobody sets, and declares no setting that nobody reads', () => {
    const text = sources();
    for (const name of Object.keys(CONTEXT)) assert.ok(text.includes(`CONTEXT.${name}`), name);
    for (const id of Object.keys(SETTING_DEFAULTS)) assert.ok(text.includes(`'${id}'`), id);
  });
  it('offers for a run of a sweep what it offers for any other', () => {
    const items = (contributes.menus['view/item/context'] ?? []).filter(
      ({ command }) => command !== DECLARED.showSweep,
    );
    for (const { command, when = '' } of atLeastOne(items)) {
      const [, pattern = ''] = /viewItem =~ \/(.*?)\/(?: |$)/.exec(when) ?? [];
      for (const group of RUN_GROUPS) {
        const offered = (item: string): boolean => new RegExp(pattern).test(item);
        assert.equal(offered(`run.${group}.sweep`), offered(`run.${group}`), `${command ?? ''} ${pattern}`);
      }
    }
  });
  it('gives each setting the default that stands where VS Code has none', () => {
    const defaults = Object.fromEntries(Object.entries(settings).map(([id, setting]) => [id, setting.default]));
    assert.deepEqual(defaults, SETTING_DEFAULTS);
  });
  it('says of each setting where it holds, what it does and what stands without it', () => {
    for (const { title, properties } of atLeastOne(contributes.configuration)) {
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
    assert.equal(settings['sft.nearDuplicateThreshold']?.minimum, LEAST_THRESHOLD);
  });
  it('names only commands that it declares, and binds no key without a when-clause', () => {
    const commands = new Set(contributes.commands.map(({ command }) => command));
    for (const { command } of atLeastOne([...Object.values(contributes.menus).flat(), ...contributes.keybindings])) {
      assert.ok(command === undefined || !command.startsWith('sft.') || commands.has(command), command);
    }
    for (const { command, when } of atLeastOne(contributes.keybindings)) assert.ok((when ?? '') !== '', command);
  });
});
