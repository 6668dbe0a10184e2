import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { answerOfPython, runPython } from './run-python';

const MISSING = spawnSync('python3', ['--version']).status !== 0;

it(
  'a script of Python answers with its last line, whatever libraries print before',
  { skip: MISSING && 'there is no Python' },
  () => {
    const lines = 'print("[WARNING] a library says this"); print("[1, 2]")';
    assert.equal(answerOfPython('python3', ['-c', lines]), '[1, 2]');
  },
);

it(
  'a script of Python that fails is told with all it printed and how it ended',
  { skip: MISSING && 'there is no Python' },
  () => {
    const fails = (lines: string): void => void runPython('python3', ['-c', lines]);
    assert.throws(() => {
      fails('import os; print("before", flush=True); os.kill(os.getpid(), 9)');
    }, /ended by SIGKILL\nbefore/);
    assert.throws(() => {
      fails('raise ValueError("why")');
    }, /code 1\n[\s\S]*ValueError: why/);
    assert.throws(() => void runPython('/nowhere/python3', []), /ENOENT/);
  },
);
