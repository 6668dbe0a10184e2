import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

/** Runs a Python to its end. @returns what it printed; where it failed, how it ended and all it said are in the error */
export function runPython(program: string, words: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  const { status, signal, error, stdout, stderr } = spawnSync(program, words, {
    encoding: 'utf8',
    env,
    maxBuffer: 1 << 28,
  });
  const how = error?.message ?? (signal === null ? `code ${status}` : `ended by ${signal}`);
  assert.equal(status, 0, `${words.join(' ')}: ${how}\n${stdout}${stderr}`);
  return stdout;
}

/** The last line that it printed, which is the script's answer: libraries print before it, as DeepSpeed does where PEFT imports it. */
export function answerOfPython(...words: Parameters<typeof runPython>): string {
  return runPython(...words)
    .trimEnd()
    .split('\n')
    .at(-1)!;
}
