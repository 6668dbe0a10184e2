// npm run bench validate: 50,000 examples, 31 MB, as one JSON array and as JSONL. Compares our checking (exact ranges, tolerant, duplicates)
// with JSON.parse + ajv (no places, stops at the first syntax error) and with jsonc-parser's whole tree + ajv (places).
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import Ajv from 'ajv';
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { readDataset, streamBatches } from '../src/dataset/read';
import { generatedExamples } from './data/generated-examples';
import schema from '../schemas/dataset.schema.json';

const EXAMPLES = 50_000;
const ROUNDS = 5;
interface Measured {
  readonly name: string;
  readonly milliseconds: number;
  readonly result: string;
}

async function measure(name: string, work: () => Promise<string>): Promise<Measured> {
  const times: number[] = [];
  let result = '';
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    result = await work();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { name, milliseconds: times[Math.floor(ROUNDS / 2)]!, result };
}

function show(title: string, rows: readonly Measured[]): void {
  const base = rows[0]!.milliseconds;
  console.log(`\n${title}`);
  for (const { name, milliseconds, result } of rows) {
    const ratio = (milliseconds / base).toFixed(2);
    console.log(`${name.padEnd(46)} ${milliseconds.toFixed(0).padStart(6)} ms ${ratio.padStart(6)} x   ${result}`);
  }
}

async function ours(file: string): Promise<string> {
  const { examples, findings } = await readDataset(file);
  return `${examples.length} valid, ${findings.length} findings`;
}

async function oursStreaming(file: string): Promise<string> {
  let examples = 0;
  let findings = 0;
  for await (const batch of streamBatches(file)) {
    for (const item of batch) {
      if (item.type === 'example') examples++;
      else if (item.type === 'finding') findings++;
    }
  }
  return `${examples} valid, ${findings} findings`;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sft-bench-'));
  try {
    const examples = generatedExamples(EXAMPLES);
    const broken = examples.map((example, i) => (i % 1000 === 7 ? { ...example, answer: '' } : example));
    const text = JSON.stringify(broken, null, 2);
    const array = path.join(folder, 'examples.json');
    const lines = path.join(folder, 'examples.jsonl');
    await writeFile(array, text);
    await writeFile(lines, broken.map((example) => JSON.stringify(example)).join('\n'));
    const megabytes = (Buffer.byteLength(text) / 1e6).toFixed(1);
    console.log(
      `${EXAMPLES} examples, ${megabytes} MB, 50 blank answers planted; ${cpus()[0]?.model ?? ''}; median of ${ROUNDS}`,
    );

    const ajv = new Ajv({ allErrors: true });
    const wholeSchema = ajv.compile(schema);
    const oneSchema = ajv.compile(schema.definitions.example);
    show('One JSON array, from the file:', [
      await measure('sft: places, tolerant, duplicates', () => ours(array)),
      await measure('sft, streaming', () => oursStreaming(array)),
      await measure('JSON.parse + ajv: no places', async () => {
        wholeSchema(JSON.parse(await readFile(array, 'utf8')));
        return `${wholeSchema.errors?.length ?? 0} findings`;
      }),
      await measure('jsonc-parser whole tree + JSON.parse + ajv', async () => {
        const content = await readFile(array, 'utf8');
        const tree = parseTree(content)!;
        wholeSchema(JSON.parse(content));
        const places = (wholeSchema.errors ?? []).map(
          (error) =>
            findNodeAtLocation(
              tree,
              error.instancePath
                .slice(1)
                .split('/')
                .map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
            )?.offset,
        );
        return `${places.filter((place) => place !== undefined).length} findings with places`;
      }),
    ]);
    show('JSONL, from the file:', [
      await measure('sft: places, tolerant, duplicates', () => ours(lines)),
      await measure('sft, streaming', () => oursStreaming(lines)),
      await measure('JSON.parse + ajv, line by line', async () => {
        const content = await readFile(lines, 'utf8');
        const bad = content.split('\n').filter((line) => !oneSchema(JSON.parse(line)));
        return `${bad.length} findings`;
      }),
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

void main();
