import { readdir } from 'node:fs/promises';
import type { RunSummary } from '../../runs/read-runs';

/** The models of a run as `sft serve` names them: base, tuned once it is done, best, and the checkpoints, newest first. */
export async function runVariants({ folder, state }: RunSummary): Promise<string[]> {
  const names = await readdir(folder.checkpoints).catch((): string[] => []);
  const steps = names
    .map((name) => /^step-(\d+)$/.exec(name)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
    .sort((a, b) => b - a);
  return [
    'base',
    ...(state.status === 'done' ? ['tuned'] : []),
    ...(names.includes('best') ? ['best'] : []),
    ...steps.map((step) => `step-${step}`),
  ];
}
