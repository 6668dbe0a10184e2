import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { damageFile } from '../damaged-files';
import type { FuzzKind } from '../kind';
import { oneIn, pick } from '../mutations';

const FILES: readonly string[] = [
  'run/run.json',
  'run/state.json',
  'run/events.jsonl',
  'run/control.json',
  'run/checkpoints/step-1/trainer_state.json',
  'run/checkpoints/step-1/adapter_model.safetensors',
  'run/checkpoints/step-2/trainer_state.json',
  'run/checkpoints/step-2/trainer_state.json',
  'run/checkpoints/step-2/optimizer.safetensors',
  'run/checkpoints/step-2/adapter_model.safetensors',
  'run/checkpoints/step-2/adapter_config.json',
  'run/checkpoints/step-2',
  'run/adapter/adapter_config.json',
  'run/adapter/adapter_model.safetensors',
  'data.json',
];

/** A run that was trained, moved, and of which one or two files are damaged: gone on with, exported, evaluated, asked. */
export const trainedRuns: FuzzKind = {
  name: 'trained-runs',
  async run(fuzz) {
    const { random } = fuzz;
    const moved = path.join(fuzz.folder, 'moved');
    cpSync(fuzz.base('trained'), moved, { recursive: true });
    const run = path.join(moved, 'run');
    if (oneIn(random, 2)) unfinish(run);
    for (let left = oneIn(random, 3) ? 2 : 1; left > 0; left--)
      damageFile(random, path.join(moved, pick(random, FILES)));
    if (oneIn(random, 2)) await fuzz.sft('train', '--run', run, '--resume');
    if (oneIn(random, 2)) await fuzz.sft('evaluate', run);
    if (oneIn(random, 3))
      await fuzz.sft(
        'export',
        run,
        '--to',
        pick(random, ['peft', 'merged', 'gguf']),
        '--out',
        path.join(fuzz.folder, 'exported'),
      );
    if (oneIn(random, 3))
      await fuzz.sft(
        'generate',
        '--model',
        fuzz.base('model'),
        '--adapter',
        path.join(run, 'adapter'),
        '--prompt',
        'Why?',
        '--max-new-tokens',
        '2',
      );
  },
};

/** As it was before its last step. */
function unfinish(run: string): void {
  const file = path.join(run, 'state.json');
  const state = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...state, status: 'stopped', step: 1 }));
}
