import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunEvent } from '../../runs/folder/event-schema';
import { EventsCsv } from './events-csv';

const time = '2026-01-02T10:15:00.000Z';
const start = (resumed?: number): RunEvent => ({
  type: 'start',
  time,
  run: '/runs/a',
  device: 'cpu, "fast"',
  total_steps: 3,
  ...(resumed === undefined ? {} : { resumed_from: resumed }),
});
const step = (step: number, loss: number): RunEvent => ({
  type: 'step',
  time,
  step,
  loss,
  learning_rate: 2e-4,
  grad_norm: 1,
  tokens: 64,
  tokens_per_second: 100.5,
});

function rowsOf(events: readonly RunEvent[]): Record<string, string>[] {
  const csv = new EventsCsv();
  csv.begin('a');
  for (const event of events) csv.add(event);
  const [head, ...lines] = [...csv.pieces()].map((line) => line.trimEnd());
  const keys = head!.split(',');
  return lines.map((line) => {
    const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((found) => found[1] ?? '');
    return Object.fromEntries(keys.map((key, at) => [key, cells[at] ?? '']));
  });
}

describe('the events as a table', () => {
  it('has a column for every field', () => {
    const [started, first, failed] = rowsOf([
      start(),
      step(1, 2.5),
      { type: 'failed', time, code: 'disk-full', message: 'full,\nvery' },
    ]);
    assert.equal(started?.['device'], '"cpu, ""fast"""');
    assert.equal(first?.['loss'], '2.5');
    assert.equal(first['tokens_per_second'], '100.5');
    assert.equal(first['peak_memory'], '');
    assert.equal(failed?.['message'], '"full,\nvery"');
  });

  it('begins no cell with a formula', () => {
    const dangerous = ['=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)', '\t=1', '\uFF1D1'];
    for (const device of dangerous) {
      const csv = new EventsCsv();
      csv.begin(device);
      csv.add({ ...start(), device } as RunEvent);
      const [, row] = [...csv.pieces()];
      const cells = row!.trimEnd().match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)!;
      for (const cell of cells) assert.doesNotMatch(cell, /^"?[=+\-@\t\r\uFF1D]/, JSON.stringify(cell));
      assert.ok(row!.includes(`'${device.slice(0, 2)}`));
    }
    assert.equal(rowsOf([step(1, -2.5)])[0]!['loss'], '-2.5');
  });

  it('shows a step that was done again once', () => {
    const rows = rowsOf([start(), step(1, 3), step(2, 2), step(3, 9), start(1), step(2, 2.1), step(3, 1.9)]);
    const losses = rows.filter((row) => row['type'] === 'step').map((row) => row['loss']);
    assert.deepEqual(losses, ['3', '2.1', '1.9']);
    assert.equal(rows.filter((row) => row['type'] === 'start').length, 2);
  });
});
