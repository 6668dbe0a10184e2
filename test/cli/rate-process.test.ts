import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findRateInProcess } from '../../src/editor/rates/rate-process';
import type { RateLine } from '../../src/runs/rate-line';
import { SFT, smallConfig, temporaryFolder } from './sft';

const folder = temporaryFolder();
const command = { execPath: process.execPath, entry: SFT };

describe('the process that tries learning rates for the editor', () => {
  it('gives every point and the result', async () => {
    const lines: RateLine[] = [];
    await findRateInProcess(command, smallConfig(folder), new AbortController().signal, (line) => lines.push(line));
    assert.ok(lines.filter(({ type }) => type === 'point').length >= 15, JSON.stringify(lines.slice(0, 3)));
    const last = lines.at(-1);
    assert.equal(last?.type, 'result');
    assert.ok(last.suggested !== null && last.message.length > 0);
  });

  it('ends when it is told to, without an error', async () => {
    const stop = new AbortController();
    const lines: RateLine[] = [];
    await findRateInProcess(command, smallConfig(folder), stop.signal, (line) => {
      lines.push(line);
      if (line.type === 'point') stop.abort();
    });
    assert.ok(lines.every(({ type }) => type !== 'result'));
  });

  it('tells what the command line says where it fails', async () => {
    const file = smallConfig(folder, { dataset: 'nowhere.json' });
    await assert.rejects(
      findRateInProcess(command, file, new AbortController().signal, () => undefined),
      /dataset: .*nowhere\.json does not exist - write the path/,
    );
  });
});
