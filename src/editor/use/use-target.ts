import type { RunSummary } from '../../runs/read-runs';
import { findModel } from '../runs/find-model';
import { chooseRun } from '../runs/run-choice';
import { mayRun } from '../runs/trust';
import type { Services } from '../services';
import type { Source } from './source';

/** What a run has trained, as it is used. */
export interface UseTarget extends Source {
  readonly run: RunSummary;
  /** `tuned`, `best`, `step-40`: as the command line names weights. */
  readonly weights: string;
}

/**
 * The run, or the checkpoint of one, that a command was called for; without either the person chooses. Of a run that is not done, its best
 * or else its latest checkpoint.
 * @returns undefined where there is nothing to use; the person has been told
 */
export async function chooseTarget(services: Services, argument: unknown): Promise<UseTarget | undefined> {
  if (!(await mayRun(services))) return undefined;
  const chosen = await chooseRun(services, argument, {
    groups: ['done', 'stopped', 'paused', 'interrupted', 'failed'],
    placeHolder: 'The model of which run?',
    none: 'No run has trained a model yet.',
  });
  if (chosen === undefined) return undefined;
  // It may have ended a moment ago.
  const run = (await services.runs.reload(chosen.folder.path)) ?? chosen;
  const all = await run.artifacts.trained(run.state.status);
  const asked = checkpointOf(argument);
  const weights = asked === undefined ? all[0]?.id : all.find(({ id }) => id === asked)?.id;
  if (weights === undefined) {
    void services.dialogs.info(`${run.label} has no ${asked ?? 'result and no checkpoint'} yet.`);
    return undefined;
  }
  if (!(await findModel(services, run))) return undefined;
  const present = (await services.runs.reload(run.folder.path)) ?? run;
  return {
    run: present,
    weights,
    place: present.folder.path,
    configFile: present.run.config_file,
    args: ['--weights', weights],
    name: weights === 'tuned' ? run.label : `${run.label}, ${inWords(weights)}`,
  };
}

function inWords(weights: string): string {
  return weights === 'best' ? 'best checkpoint' : weights.replace('-', ' ');
}

/** `step-40`, `best`, where a checkpoint of the runs view was clicked. */
function checkpointOf(argument: unknown): string | undefined {
  const node = argument as { readonly kind?: unknown; readonly name?: unknown } | null | undefined;
  return node?.kind === 'checkpoint' && typeof node.name === 'string' ? node.name : undefined;
}
