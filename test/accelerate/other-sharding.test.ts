import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { runPython } from '../run-python';

const PYTHON = process.env['SFT_PYTHON'] ?? 'python3';
// The checks need no package: what torch would hold is told by shapes.
const MISSING = spawnSync(PYTHON, ['--version']).status !== 0;

/** Runs lines of Python beside the training script. @returns what they print, a value of JSON for each line */
function python(lines: string): unknown[] {
  const head = `
import json, sys
from types import SimpleNamespace as Some
sys.path.insert(0, "python")
from sft_accelerate import Refusal, Zero, refuse_other_sharding
def told(what, *words):
    try:
        what(*words)
    except Refusal as refusal:
        return [refusal.code, refusal.reason, refusal.remedy]
`;
  return runPython(PYTHON, ['-B', '-c', head + lines])
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe('a checkpoint of another sharding', { skip: MISSING && 'there is no Python' }, () => {
  it('is refused where it does not hold what this one resumes from', () => {
    const cases: readonly (readonly [kept: string, sharding: string, before: string | null])[] = [
      ['{"sharding": "zero2", "optimizer": []}', 'zero2', null],
      ['{"sharding": "zero3", "optimizer": []}', 'zero3', null],
      ['{"sharding": "none", "optimizer": {}}', 'fsdp', null],
      ['{"sharding": "fsdp", "optimizer": {}}', 'none', null],
      ['{"sharding": "zero2", "optimizer": []}', 'zero3', 'zero2'],
      ['{"sharding": "zero3", "optimizer": []}', 'none', 'zero3'],
      ['{"sharding": "fsdp", "optimizer": {}}', 'zero2', 'fsdp'],
      // Of earlier versions.
      ['{"optimizer": []}', 'zero3', null],
      ['{"optimizer": {}}', 'fsdp', null],
      ['{"optimizer": []}', 'fsdp', 'zero2 or zero3'],
      ['{"optimizer": {}}', 'zero2', 'none or fsdp'],
    ];
    const lines = cases.map(
      ([kept, sharding]) => `print(json.dumps(told(refuse_other_sharding, ${kept}, "${sharding}")))`,
    );
    const remedy = 'set "sharding" in .sft/machine.json to what it was, or start a new run';
    assert.deepEqual(
      python(lines.join('\n')),
      cases.map(([, sharding, before]) =>
        before === null
          ? null
          : [
              'sharding',
              `the checkpoint was written with sharding ${before}, but the run continues with ${sharding}`,
              remedy,
            ],
      ),
    );
  });

  it('is refused where its parts are of other lengths or of another number', () => {
    const [fewer, longer] = python(`
zero = Zero.__new__(Zero)
zero.stage = 2
zero.engine = Some(optimizer=Some(single_partition_of_fp32_groups=[Some(shape=(4,)), Some(shape=(2,))]))
for parts in [[4]], [[4], [3]]:
    print(json.dumps(told(zero.restore, [[{"weights": Some(shape=shape)} for shape in parts]])))
`);
    for (const refused of [fewer, longer]) assert.equal((refused as string[])[0], 'sharding');
  });
});
