import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { readGguf } from '../../src/base/gguf/read-gguf';
import { answerOfPython } from '../run-python';

const PYTHON = process.env['SFT_PYTHON'];

/** Where not false, why `assertReadByGgufPackage` cannot run. */
export const NO_GGUF_PACKAGE =
  (PYTHON === undefined || spawnSync(PYTHON, ['-c', 'import gguf']).status !== 0) &&
  'SFT_PYTHON names no Python with the package gguf';

/** The package reads every key with its value, and every tensor's type and shape, as they are read here. */
export function assertReadByGgufPackage(file: string): void {
  const script = path.resolve('test/reference/check_gguf.py');
  const printed = answerOfPython(PYTHON!, [script, file]);
  const theirs = JSON.parse(printed) as { metadata: Record<string, unknown>; tensors: Record<string, unknown> };
  const { metadata, tensors } = readGguf(file);
  assert.ok(metadata.size > 5 && tensors.size > 5);
  assert.deepEqual(theirs.metadata, Object.fromEntries(metadata));
  const ours = [...tensors].map(([name, { type, shape }]) => [name, [type, [...shape]]]);
  assert.deepEqual(theirs.tensors, Object.fromEntries(ours));
}
