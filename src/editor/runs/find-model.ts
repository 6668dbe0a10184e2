import type { RunSummary } from '../../runs/read-runs';
import { hasModel, requireModel } from '../../runs/require-model';
import type { Services } from '../services';

/** Asks where the model of a run is, if it is not where it was. @returns whether it is known */
export async function findModel({ dialogs }: Services, run: RunSummary): Promise<boolean> {
  if (await hasModel(run)) return true;
  const choose = 'Choose Its Folder…';
  const gone = `The model of ${run.label} is no longer at ${run.run.config.model_name}.`;
  if ((await dialogs.warn(gone, choose)) !== choose) return false;
  const chosen = await dialogs.folder('Where the model of the run is now', 'Use This Folder');
  if (chosen === undefined) return false;
  await requireModel(run, chosen.fsPath);
  return true;
}
