import { SftError } from '../base/errors';
import type { RepoFile, RepoInfo } from './repo-info';

/** Data alone: nothing that runs when it is read (pickles, Python), and no form of the weights that is not read here. */
const WANTED = /^[\w][\w.+-]*\.(?:safetensors|json|jinja|txt)$/;
/** SentencePiece's model, beside or in place of tokenizer.json. */
const TOKENIZERS = new Set(['tokenizer.model', 'spiece.model']);
const WEIGHTS = /\.safetensors$/;
/** As transformers names them; a folder may hold the weights in another tool's names as well (`consolidated.safetensors`). */
const OWN_WEIGHTS = /^(?:adapter_)?model(?:-\d+-of-\d+)?\.safetensors$/;

/**
 * The files of a repository that make a model folder: those at its top, by their endings.
 * @throws SftError no-model where it holds none that can be read
 */
export function modelFiles({ repo, files }: RepoInfo): RepoFile[] {
  const wanted = files.filter(({ name }) => WANTED.test(name) || TOKENIZERS.has(name));
  const weights = wanted.filter(({ name }) => WEIGHTS.test(name));
  const isNamed = (name: string): boolean => files.some((file) => file.name === name);
  if (!isNamed('config.json') && !isNamed('adapter_config.json')) {
    const gguf = files.some(({ name }) => name.endsWith('.gguf'));
    throw noModel(repo, gguf ? 'holds GGUF files, which cannot be trained' : 'has no config.json');
  }
  if (weights.length === 0) {
    const pickled = files.some(({ name }) => /\.(?:bin|pt|pth)$/.test(name));
    const reason = 'has its weights only as PyTorch pickles, which can run code when they are read';
    throw noModel(repo, pickled ? reason : 'has no safetensors weights');
  }
  const own = weights.filter(({ name }) => OWN_WEIGHTS.test(name));
  return own.length === 0 ? wanted : wanted.filter(({ name }) => !WEIGHTS.test(name) || OWN_WEIGHTS.test(name));
}

function noModel(repo: string, reason: string): SftError {
  return new SftError('no-model', `${repo} ${reason}`, {
    remedy: 'choose a repository with config.json and safetensors; sft models NAME searches for some',
  });
}
