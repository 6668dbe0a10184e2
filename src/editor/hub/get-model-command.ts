import { runCommand } from '../manifest/commands';
import { COMMANDS } from '../manifest/command-ids';
import { writeSetting } from '../manifest/settings';
import type { Services } from '../services';
import { getModel } from './get-model';

/** `SFT: Get a Model…`, and what is likely next. */
export async function getModelCommand(services: Services): Promise<void> {
  const got = await getModel(services);
  if (got === undefined) return;
  const [train, count] = ['Start Training…', 'Count with Its Tokenizer'];
  const chosen = await services.dialogs.info(
    `${got.repo} is here. Its name stands for it as model_name.`,
    train,
    count,
  );
  if (chosen === train) await runCommand(COMMANDS.startTraining);
  if (chosen === count) await writeSetting('sft.model', got.folder);
}
