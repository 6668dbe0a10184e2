// npm run bench check: a JSONL file of 200 MB checked from disk, as `sft validate` does it and as the editor's "SFT: Check Dataset File" does:
// time, and the peak memory of a process of its own.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { curatedExamples } from './data/generated-examples';

const BYTES = 200e6;
const ROWS = 10_000;

/** Rows that differ: each round has numbers of its own, so that not everything is a duplicate. */
function write(file: string): number {
  const rows = curatedExamples(ROWS);
  const out = openSync(file, 'w');
  let examples = 0;
  for (let round = 0; statSync(file).size < BYTES; round++) {
    const lines = rows.map((row, i) => {
      const words = row['answer']!.split(' ');
      // The words turn with the round: the same ones in another order.
      const turned = [...words.slice(round % words.length), ...words.slice(0, round % words.length)].join(' ');
      return JSON.stringify({
        ...row,
        question: `${round}-${i} ${row['question']!}`,
        answer: `${turned}${round} times.`,
      });
    });
    writeSync(out, `${lines.join('\n')}\n`);
    examples += ROWS;
  }
  closeSync(out);
  return examples;
}

const folder = mkdtempSync(path.join(tmpdir(), 'sft-bench-check-'));
try {
  const file = path.join(folder, 'large.jsonl');
  const examples = write(file);
  const size = (statSync(file).size / 1e6).toFixed(0);
  console.log(
    `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, load ${loadavg()[0]!.toFixed(1)}; ${examples} examples, ${size} MB`,
  );
  const child = path.join(__dirname, 'check', 'measured.js');
  for (const way of ['validate', 'editor']) {
    const { stdout, stderr, status } = spawnSync(process.execPath, [child, way, file], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    console.log(`${way.padEnd(10)} ${stdout.trim()}   (at most 350 MB)`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
