import { spawn } from 'node:child_process';
import type { Line } from '../cli/sft';

/** Another machine, in a process of this one: joins a run once that says how. */
export function joinsBy(): { readonly onLine: (line: Line) => void; readonly code: Promise<number | null> } {
  let onLine: (line: Line) => void = () => undefined;
  const code = new Promise<number | null>((resolve) => {
    onLine = (line) => {
      const [, script, number] = / run sh (\S+) (1) on each/.exec(String(line['message'])) ?? [];
      if (script !== undefined) spawn('sh', [script, number!], { stdio: 'ignore' }).once('exit', resolve);
    };
  });
  return { onLine, code };
}
