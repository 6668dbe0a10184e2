import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fitModels } from './fit-models';
import { SHORT_LIST } from './short-list';

const folder = mkdtempSync(path.join(tmpdir(), 'sft-fit-'));
after(() => {
  rmSync(folder, { recursive: true });
});

function dataset(name: string, answer: string): string {
  const file = path.join(folder, name);
  const examples = Array.from({ length: 20 }, (_, at) => ({ question: `How do I do this ${at}?`, answer }));
  writeFileSync(file, JSON.stringify(examples));
  return file;
}

describe('which models fit', () => {
  it('knows the sizes of the list as the Hub has them, and needs more memory for larger models and longer answers', async () => {
    const short = await fitModels(dataset('short.json', 'So.'), Infinity);
    const sizes = Object.fromEntries(short.map(({ repo, size }) => [repo, size / 1e6]));
    // As the Hub states them for model.safetensors.
    for (const [repo, megabytes] of [
      ['HuggingFaceTB/SmolLM2-135M-Instruct', 269],
      ['HuggingFaceTB/SmolLM2-360M-Instruct', 724],
      ['Qwen/Qwen2.5-0.5B-Instruct', 988],
      ['HuggingFaceTB/SmolLM2-1.7B-Instruct', 3423],
    ] as const)
      assert.equal(Math.round(sizes[repo]!), megabytes, repo);
    const long = await fitModels(dataset('long.json', 'So it is done. '.repeat(200)), Infinity);
    for (const [at, { repo, memory, size, fit }] of short.entries()) {
      assert.equal(fit, 'fits');
      assert.ok(memory > size && memory < long[at]!.memory, `${repo}: ${memory}, ${long[at]!.memory}`);
    }
  });

  it('tells the time of what fits where that is asked for: longer for larger models and longer answers, none for what is too large', async () => {
    // Nobody else's runs.
    process.env['XDG_STATE_HOME'] = folder;
    const models = [SHORT_LIST[0]!, SHORT_LIST[2]!];
    const short = await fitModels(dataset('short.json', 'So.'), Infinity, { models, time: true });
    const long = await fitModels(dataset('long.json', 'So it is done. '.repeat(60)), Infinity, { models, time: true });
    for (const [at, { seconds }] of short.entries()) assert.ok(seconds! > 1 && seconds! < long[at]!.seconds!);
    assert.ok(short[0]!.seconds! < short[1]!.seconds!);
    const [packed] = await fitModels(path.join(folder, 'short.json'), short[0]!.memory - 1, {
      models: [models[0]!],
      time: true,
    });
    assert.deepEqual([packed!.fit, packed!.seconds! > 1], ['fits in 4 bits', true]);
    const [none] = await fitModels(undefined, 1, { models: [models[0]!], time: true });
    assert.deepEqual([none!.fit, none!.seconds], ['too large', undefined]);
  });

  it('takes examples as many have them where the file holds none', async () => {
    const file = path.join(folder, 'none.json');
    writeFileSync(file, '[]');
    assert.deepEqual(await fitModels(file, Infinity), await fitModels(undefined, Infinity));
  });

  it('says fits, fits in 4 bits or too large by what is free', async () => {
    const [model] = SHORT_LIST.slice(-1);
    const fitOf = async (available: number): Promise<string> =>
      (await fitModels(undefined, available, { models: [model!] }))[0]!.fit;
    const [whole] = await fitModels(undefined, Infinity, { models: [model!] });
    assert.equal(await fitOf(whole!.memory), 'fits');
    assert.equal(await fitOf(whole!.memory - 1), 'fits in 4 bits');
    const [packed] = await fitModels(undefined, whole!.memory - 1, { models: [model!] });
    assert.ok(packed!.memory < 0.6 * whole!.memory);
    assert.equal(await fitOf(packed!.memory - 1), 'too large');
  });
});
