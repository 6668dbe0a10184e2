import path from 'node:path';
import type { ResolvedConfig } from '../../config/config-schema';
import { tooLong } from '../../config/virtual-room';
import { DryDevice } from '../../compute/dry/dry-device';
import type { DeviceTraits } from '../../compute/traits';
import { SftError } from '../../base/errors';
import { openModel, type ModelSession } from '../../generate/session';
import { longestText } from '../../model/llama-config';
import { isStoredIn4Bits, scaleTensors } from '../../model/nf4-tensors';
import { requireFinite } from '../../model/finite-weights';
import { locateTensors, tensorsOf, type LocatedTensor } from '../../base/tensor-folder';
import { otherBaseModel } from '../../tuning/adapter-config';
import { modelOptions } from '../chat-options';
import { placeError } from '../place-error';
import { adapterValuesText, valuesOfAdapter } from '../../tuning/adapter-values';
import { partedTables } from '../../tuning/parted-tables';
import { createTuning, methodOf } from '../../tuning/registry';
import { ok, setting, thrown, warning, type PreflightCheck } from './report';

const TITLE = 'Model';

/** Opens model and adapter of a configuration as a run would, without memory for their weights. @param traits of the device it would run on */
export async function checkModel(
  config: ResolvedConfig,
  traits: DeviceTraits,
  { signal, configFile }: { readonly signal?: AbortSignal | undefined; readonly configFile?: string | undefined } = {},
): Promise<{ readonly check: PreflightCheck; readonly session?: ModelSession }> {
  const placed = async (error: SftError): Promise<SftError> =>
    configFile === undefined ? error : placeError(error, configFile);
  const device = new DryDevice(traits);
  let session: ModelSession;
  try {
    session = await openModel(device, config.model_name, modelOptions(config));
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    return { check: thrown('model', TITLE, error) };
  }
  let parted: string | undefined;
  try {
    parted = partedTables(createTuning(session, config), session.config);
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    const remedies = config.adapter === null ? [] : [setting({ adapter: null })];
    return { check: { ...thrown('model', TITLE, await placed(error)), remedies }, session };
  }
  try {
    await requireFinite(usedTensors(session), signal);
    if (config.adapter !== null)
      await requireFinite(tensorsOf(path.join(config.adapter, methodOf(config).weightsFile)), signal);
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    return { check: thrown('model', TITLE, error), session };
  }
  const long = tooLong(config, longestText(session.config));
  if (long !== undefined) {
    const remedies = [setting({ max_seq_length: long.most })];
    const refused = new SftError('sequence-too-long', long.reason, { remedy: 'lower it' });
    return { check: { ...thrown('model', TITLE, await placed(refused)), remedies }, session };
  }
  const { parameters } = session.weights;
  const other = config.adapter === null ? undefined : otherBaseModel(config.adapter, config.model_name);
  if (other !== undefined) return { check: warning('model', TITLE, other, [setting({ adapter: null })]), session };
  const values = valuesOfAdapter(config, session.config);
  if (values !== undefined)
    return { check: warning('model', TITLE, adapterValuesText(values, config), [setting(values)]), session };
  if (parted !== undefined)
    return { check: warning('model', TITLE, parted, [setting({ ensure_weight_tying: true })]), session };
  const message = `${session.config.architecture}, ${millions(parameters)} parameters; the tokenizer matches`;
  return { check: ok('model', TITLE, message), session };
}

/** The tensors of the model's files that say how large its numbers are: of those in 4 bits, the scales. */
function usedTensors({ modelDir, weights }: ModelSession): LocatedTensor[] {
  const located = locateTensors(modelDir);
  return weights
    .all()
    .flatMap(({ name }) => (isStoredIn4Bits(located, name) ? scaleTensors(located, name) : [located.get(name)!]));
}

function millions(count: number): string {
  return count < 1e9 ? `${Number((count / 1e6).toPrecision(3))} million` : `${(count / 1e9).toFixed(1)} billion`;
}
