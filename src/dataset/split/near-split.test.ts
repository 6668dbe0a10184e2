import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createRandom, type Random } from '../../base/random';
import type { QaExample } from '../example';
import { OtherSides, rememberExamples } from './other-sides';
import { readDataset } from '../read';
import { nearDuplicateAt } from '../rules/near-duplicate';
import { splitLeak } from '../rules/split-leak';
import { PARTS, splitDataset, type Part, type Split, type SplitParts } from './split';
import { divideFile, writeDivision } from './split-file';

const EIGHTY: SplitParts = { train: 0.8, validation: 0.1, test: 0.1, seed: 42, near_duplicate_threshold: 0.8 };
const WORDS = Array.from({ length: 4000 }, (_, i) => `w${i.toString(36)}`);

function words(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => WORDS[random.below(WORDS.length)]!);
}

function exampleOf(all: readonly string[], agency: string): QaExample {
  return { question: `${all.slice(0, 12).join(' ')}?`, answer: `${all.slice(12).join(' ')}.`, agency };
}

/** The example's words with one of them replaced: 48 of 50 word pairs stay, or 92% of both. */
function reworded(all: readonly string[], at: number, random: Random): string[] {
  return all.with(at, `new${random.nextUint32().toString(36)}`);
}

interface Planted {
  readonly examples: QaExample[];
  /** Numbers of the examples of each planted group. */
  readonly chains: readonly (readonly number[])[];
}

/** `alone` examples like no other, and chains: each link is a near-duplicate of the one before it, the ends are like strangers. */
function planted(alone: number, lengths: readonly number[], seed: number): Planted {
  const random = createRandom(seed);
  const agency = (): string => `agency ${random.below(4)}`;
  const made: { example: QaExample; chain: number }[] = [];
  for (let i = 0; i < alone; i++) made.push({ example: exampleOf(words(random, 52), agency()), chain: -1 });
  for (const [chain, length] of lengths.entries()) {
    let all = words(random, 52);
    for (let i = 0; i < length; i++) {
      made.push({ example: exampleOf(all, agency()), chain });
      all = reworded(reworded(all, (i * 7) % 12, random), 12 + ((i * 7) % 40), random);
    }
  }
  const shuffled = random.shuffle(made);
  const chains = lengths.map((_, chain) => shuffled.flatMap((one, i) => (one.chain === chain ? [i] : [])));
  return { examples: shuffled.map(({ example }) => example), chains };
}

function partsOf(split: Split, numbers: readonly number[]): Set<Part> {
  return new Set(PARTS.filter((part) => numbers.some((number) => split[part].includes(number))));
}

describe('a split with near-duplicates', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sft-near-split-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('keeps a chain in one part, though its ends have nothing in common', () => {
    const { examples, chains } = planted(200, [2, 3, 5, 9, 30], 1);
    for (let seed = 0; seed < 20; seed++) {
      const split = splitDataset(examples, { ...EIGHTY, seed });
      assert.equal(split.apart, 0);
      for (const chain of chains) assert.equal(partsOf(split, chain).size, 1);
      assert.deepEqual(
        PARTS.flatMap((part) => split[part]).sort((a, b) => a - b),
        examples.map((_, i) => i),
      );
      assert.deepEqual(
        PARTS.map((part) => split[part].length),
        [199, 25, 25],
      );
    }
    const questionsAlone = splitDataset(examples, { ...EIGHTY, near_duplicate_threshold: null });
    assert.ok(chains.some((chain) => partsOf(questionsAlone, chain).size > 1));
    const earlier = { train: 0.8, validation: 0.1, test: 0.1, seed: 42 };
    assert.deepEqual(splitDataset(examples, earlier), questionsAlone, 'as the run of an earlier version was');
  });

  it('leaves nothing for split-leak and near-duplicate to find across the parts', async () => {
    const lengths = Array.from({ length: 60 }, (_, i) => 2 + (i % 5));
    const { examples } = planted(300, lengths, 2);
    const file = path.join(folder, 'all.jsonl');
    await writeFile(file, examples.map((example) => `${JSON.stringify(example)}\n`).join(''));
    const leaksOf = async (parts: SplitParts, out: string): Promise<number> => {
      const files = await writeDivision(await divideFile(file, parts), path.join(folder, out), false);
      let found = 0;
      for (const one of files) {
        const others = new OtherSides(0.8);
        for (const other of files) {
          if (other !== one) await readDataset(other.file, { rules: [rememberExamples(others)] });
        }
        found += (await readDataset(one.file, { rules: [splitLeak([others], 0.8)] })).findings.length;
      }
      return found;
    };
    assert.equal(await leaksOf(EIGHTY, 'kept'), 0);
    assert.ok((await leaksOf({ ...EIGHTY, near_duplicate_threshold: null }, 'torn')) > 20);

    const { findings } = await readDataset(file, { rules: [nearDuplicateAt(0.8)] });
    assert.ok(findings.length >= 100);
    const split = splitDataset(examples, EIGHTY);
    for (const { line, related } of findings) {
      assert.equal(partsOf(split, [line - 1, related[0]!.line - 1]).size, 1, `lines ${line} and ${related[0]!.line}`);
    }
  });

  it('takes a group apart that is larger than half of the largest part, the most alike staying together', () => {
    const { examples, chains } = planted(100, [200], 3);
    // Beside the chain: pairs that differ in a sign alone, which no stricter threshold parts.
    const twins = chains[0]!
      .slice(0, 10)
      .map((number) => examples.push({ ...examples[number]!, answer: `${examples[number]!.answer}!` }) - 1);
    const split = splitDataset(examples, EIGHTY);
    assert.equal(split.apart, 210);
    assert.equal(partsOf(split, chains[0]!).size, 3);
    for (const [i, twin] of twins.entries()) assert.equal(partsOf(split, [twin, chains[0]![i]!]).size, 1);
    assert.deepEqual(
      PARTS.map((part) => split[part].length),
      [248, 31, 31],
    );
    assert.equal(splitDataset(examples, { ...EIGHTY, train: 1, validation: 0, test: 0 }).apart, 0, 'nothing to part');
  });

  it('gives every part its share of a set that is one template', () => {
    const random = createRandom(4);
    const template = words(random, 52);
    const examples = Array.from({ length: 3000 }, () => exampleOf(reworded(template, random.below(52), random), 'all'));
    const split = splitDataset(examples, EIGHTY);
    assert.equal(split.apart, 3000);
    assert.deepEqual(
      PARTS.map((part) => split[part].length),
      [2400, 300, 300],
    );
  });
});
