import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What a process fails with, and after which step. */
interface FakeError {
  readonly at: number;
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly place?: string;
}

/** How the fake Python behaves; as a real one, by default. */
export interface Fake {
  readonly python?: string;
  readonly packages?: Readonly<Record<string, string | null>>;
  readonly gpus?: readonly { readonly name: string; readonly memory: number }[];
  /** Why torch cannot be imported. */
  readonly broken?: string;
  readonly probe?: 'broken';
  /** Milliseconds of a step, and of loading the model. */
  readonly pace?: number;
  readonly loading?: number;
  /** Which process is meant by `dieAt` and `exitAt`; the first. */
  readonly rank?: number;
  /** A step at which a process kills itself, or ends without a word; 0 is before it has loaded anything. */
  readonly dieAt?: number;
  readonly exitAt?: number;
  /** By process. */
  readonly errors?: Readonly<Record<number, FakeError>>;
  /** A step whose line is written in two pieces, or is no event. */
  readonly tornAt?: number;
  readonly garbageAt?: number;
  /** Never ends by itself when it is asked to. */
  readonly deaf?: boolean;
  readonly bestAt?: number;
  /** What it prints when it begins. */
  readonly printed?: string;
  /** What it does when it is to answer. */
  readonly answer?: 'error' | 'kill' | 'garbage';
}

/** A program that runs a script of this folder. */
export function writeProgram(program: string, name: string): void {
  const script = path.resolve('test/accelerate', name);
  writeFileSync(program, `#!/bin/sh\nexec ${JSON.stringify(process.execPath)} ${JSON.stringify(script)} "$@"\n`);
  chmodSync(program, 0o755);
}

/** Puts a fake Python into a folder, and takes it for Python from now on. */
export function useFakePython(folder: string, fake: Fake = {}): void {
  const program = path.join(folder, 'python3');
  writeProgram(program, 'fake-python.mjs');
  process.env['SFT_PYTHON'] = program;
  process.env['SFT_FAKE'] = path.join(folder, 'fake.json');
  behave(folder, fake);
}

export function behave(folder: string, fake: Fake): void {
  writeFileSync(path.join(folder, 'fake.json'), JSON.stringify(fake));
}
