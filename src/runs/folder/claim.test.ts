import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { claimEnding } from './claim';
import type { RunState } from './state-schema';

const root = mkdtempSync(path.join(tmpdir(), 'sft-claim-'));
after(() => {
  rmSync(root, { recursive: true, force: true });
});

const state = (status: RunState['status'], minute: number): RunState => ({
  status,
  pid: 1,
  pid_started: null,
  host: null,
  heartbeat: new Date(Date.UTC(2026, 0, 2, 10, minute)).toISOString(),
  step: 3,
  total_steps: 60,
});

describe('claimEnding', () => {
  it('lets one of several windows speak, once for each ending', async () => {
    const claims = (ending: RunState): Promise<boolean[]> =>
      Promise.all(Array.from({ length: 5 }, () => claimEnding(root, ending)));
    const first = await claims(state('interrupted', 1));
    assert.equal(first.filter(Boolean).length, 1);
    const second = await claims(state('done', 2));
    assert.equal(second.filter(Boolean).length, 1);
    assert.equal(await claimEnding(root, state('done', 2)), false);
    assert.equal(readdirSync(root).length, 1, 'what was told before is forgotten');
  });

  it('speaks where nothing can be written down', async () => {
    assert.equal(await claimEnding(path.join(root, 'gone'), state('done', 1)), true);
  });
});
