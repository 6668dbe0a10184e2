import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { MORE_FINDINGS } from '../../../src/editor/dataset/diagnostics';
import { analysed, findingsOf, open, ruleOf, writeWorkspaceFile } from './dataset-editor';
import { test } from './runner';

const LONG = 5_000_000;
const DEEP = 100_000;
/** The extension host must have its turn so often while such a file is open: what a person would call a hang is longer. */
const HANG_MILLISECONDS = 2000;

/** Files that no one wrote on purpose: what each is told. */
const HOSTILE: Readonly<Record<string, { text: string; rules: readonly string[] }>> = {
  'hostile/one-string.json': {
    text: JSON.stringify([
      { question: 'Who wrote this?', answer: `It goes on and on: ${'word '.repeat(LONG / 5)}end.` },
    ]),
    rules: ['repetition', 'dataset-size', 'over-length'],
  },
  'hostile/one-word.json': {
    text: `[{"question": "Who wrote this?", "answer": "${'x'.repeat(LONG)}"}]`,
    rules: ['repetition', 'dataset-size', 'over-length'],
  },
  'hostile/never-closed.json': {
    text: `[{"question": "Who wrote this?", "answer": "${'word '.repeat(LONG / 5)}`,
    rules: ['cut-off'],
  },
  'hostile/deep.json': { text: `[{"question": "a?", "answer": ${'['.repeat(500_000)}`, rules: ['too-deep'] },
  'hostile/closed-deep.json': {
    text: `[{"question": "a?", "answer": ${'['.repeat(DEEP)}${']'.repeat(DEEP)}}]`,
    rules: ['too-deep'],
  },
  'hostile/objects-deep.json': {
    text: `[{"question": "a?", "answer": ${'{"answer": '.repeat(DEEP)}1${'}'.repeat(DEEP)}}]`,
    rules: ['too-deep'],
  },
  'hostile/bytes.json': {
    text: `[{"question": "Who wrote this?", "answer": "${String.fromCharCode(...Array.from({ length: 60_000 }, (_, i) => 1 + ((i * 7919 + (i >> 3) * 104_729) % 0xffe)))}`,
    rules: [],
  },
  'hostile/quotes.json': { text: `[{"question": "a?", "answer": "${'"'.repeat(200_000)}`, rules: [] },
};

for (const [name, { text, rules }] of Object.entries(HOSTILE)) {
  test(`${name} (${(text.length / 1e6).toFixed(1)} MB) is told plainly what is wrong, and the editor goes on`, async () => {
    await writeWorkspaceFile(name, text);
    const turns = new Turns();
    const { document } = await open(name);
    const result = await analysed(document);
    const longest = turns.stop();
    assert.ok(longest < HANG_MILLISECONDS, `the extension host did nothing else for ${longest} ms`);
    const found = result.findings.map(({ rule }) => rule);
    for (const rule of rules) assert.ok(found.includes(rule), `${rule} in ${[...new Set(found)].join(', ')}`);
    assert.ok(result.findings.length > 0);
    for (const { message } of result.findings) assert.ok(message.length < 400, 'a message is no dump');
    // The extension still answers for another file.
    const other = await open('planted.json');
    assert.ok((await analysed(other.document)).findingCount > 0);
  });
}

test('past 1,000 findings a sum leads to the report', async () => {
  const examples = Array.from({ length: 1500 }, (_, i) => ({ question: `What is ${i}?`, answer: ' ' }));
  await writeWorkspaceFile('hostile/many.json', JSON.stringify(examples, undefined, 2));
  const { document } = await open('hostile/many.json');
  const result = await analysed(document);
  assert.ok(result.findingCount >= 1500);
  assert.equal(findingsOf(document.uri).length, 999);
  const sum = vscode.languages.getDiagnostics(document.uri).find(({ code }) => {
    return typeof code === 'object' && code.value === MORE_FINDINGS;
  });
  assert.equal(ruleOf(sum!), undefined);
  assert.match(sum!.message, /^\d{3} more findings are not listed \(mostly blank-text 1,500/);
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    sum!.range,
  );
  const lead = actions.find(({ title }) => title === 'Show all findings in the dataset report');
  assert.equal(lead?.command?.command, 'sft.showDatasetReport');
});

/** How long the extension host, in which this runs as well, was kept from its turn. */
class Turns {
  private last = performance.now();
  private longest = 0;
  private readonly timer = setInterval(() => {
    this.look();
  }, 20);

  /** @returns milliseconds */
  stop(): number {
    clearInterval(this.timer);
    this.look();
    return Math.round(this.longest);
  }

  private look(): void {
    const now = performance.now();
    this.longest = Math.max(this.longest, now - this.last);
    this.last = now;
  }
}
