import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { workspaceFile, writeWorkspaceFile } from './dataset-editor';

const CHECKOUT = process.env['SFT_CHECKOUT'] ?? '';

/** A run of two updates, trained once; where no notification tells of its end. */
export async function trainedRun(): Promise<string> {
  const run = workspaceFile('use/kept/faq').fsPath;
  if (existsSync(run)) return run;
  const all = JSON.parse(readFileSync(path.join(CHECKOUT, 'examples/nigeria-services.json'), 'utf8')) as unknown[];
  await writeWorkspaceFile('use/faq.json', JSON.stringify(all.slice(0, 40)));
  const config = {
    name: 'faq',
    model_name: path.join(CHECKOUT, 'examples/tiny-llama'),
    dataset: 'faq.json',
    max_steps: 2,
    warmup_steps: 1,
    save_steps: 1,
    max_new_tokens: 2,
    eval_examples: 1,
  };
  const file = await writeWorkspaceFile('use/sft.config.json', JSON.stringify(config));
  const args = [path.join(CHECKOUT, 'dist/sft.js'), 'train', file.fsPath, '--run', run];
  const state = workspaceFile('use/.state').fsPath;
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, XDG_STATE_HOME: state } });
  return run;
}
