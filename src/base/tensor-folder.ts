import { existsSync } from 'node:fs';
import path from 'node:path';
import { SftError } from './errors';
import { readFetchedJson } from './fetched-file';
import { readSafetensorsHeader, type TensorEntry } from './safetensors';

/** Where a tensor of a model folder lies. */
export interface LocatedTensor extends TensorEntry {
  readonly file: string;
  /** Gives its elements where they do not lie in the file as `dtype` and `shape` say. @throws SftError where the file was cut */
  readonly read?: () => Uint8Array<ArrayBuffer>;
}

/**
 * The tensors of a model folder: model.safetensors, or the shards named in model.safetensors.index.json.
 * @throws SftError weights-not-found, corrupt-safetensors, unreadable-file, not-the-file
 */
export function locateTensors(modelDir: string): ReadonlyMap<string, LocatedTensor> {
  const single = path.join(modelDir, 'model.safetensors');
  const files = existsSync(single) ? [single] : shardFiles(modelDir);
  const tensors = new Map<string, LocatedTensor>();
  for (const file of files) {
    for (const entry of tensorsOf(file)) {
      if (tensors.has(entry.name)) {
        throw new SftError('corrupt-safetensors', `${entry.name} is in two files`, {
          file,
          remedy: 'download the model folder again',
          exitCode: 2,
        });
      }
      tensors.set(entry.name, entry);
    }
  }
  return tensors;
}

/** The tensors of one file. @throws SftError what reading its header throws */
export function tensorsOf(file: string): LocatedTensor[] {
  const entries = [...readSafetensorsHeader(file).tensors.values()];
  return entries.map((entry) => ({ ...entry, name: nameAlone(entry.name), file }));
}

/** The name that a tensor of a multimodal model's text part has in a folder of the text model alone: transformers wrote both of these forms. */
function nameAlone(name: string): string {
  return name.replace(/^language_model\./, '').replace(/^model\.language_model\./, 'model.');
}

function shardFiles(modelDir: string): string[] {
  const index = path.join(modelDir, 'model.safetensors.index.json');
  const json = readFetchedJson(index);
  if (json === undefined) {
    const pickled = existsSync(path.join(modelDir, 'pytorch_model.bin'));
    throw new SftError('weights-not-found', 'there is no model.safetensors and no index of shards in this folder', {
      file: modelDir,
      remedy: pickled
        ? 'pytorch_model.bin can run code when it is loaded and is not read: download the safetensors version of the model'
        : 'download the model folder with its *.safetensors files',
      exitCode: 2,
    });
  }
  const map = json['weight_map'];
  if (typeof map !== 'object' || map === null || !Object.values(map).every((v) => typeof v === 'string')) {
    throw new SftError('corrupt-safetensors', 'the index of shards has no weight_map', {
      file: index,
      remedy: 'download the model folder again',
      exitCode: 2,
    });
  }
  // Shards lie beside their index: a name with a folder in it could point anywhere.
  const names = [...new Set(Object.values(map as Record<string, string>))].sort();
  const outside = names.find((name) => path.basename(name) !== name || name.startsWith('.') || name.includes('\0'));
  if (outside !== undefined) {
    throw new SftError('corrupt-safetensors', `the index names ${outside}, which is not a file of this folder`, {
      file: index,
      remedy: 'download the model folder again',
      exitCode: 2,
    });
  }
  return names.map((name) => path.join(modelDir, name));
}
