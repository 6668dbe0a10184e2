import { cp } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { hasTokenizer } from '../../analysis/nearest-config';
import { PRESETS, presetConfig } from '../../config/presets';
import { configText } from '../../config/write-config';
import { formatError, SftError } from '../../base/errors';
import { makeFolder, writeFileAtomic, writeFolderAtomic } from '../../base/files';
import { pathChoices } from '../config/path-choices';
import { hubCacheFolder, hubName, modelTitle } from '../../base/hub-cache';
import { modelFolder } from '../../config/config-paths';
import { cachedModels } from '../../hub/cached-models';
import { getModel, GET_MODEL } from '../hub/get-model';
import { FactReader } from '../config/read-facts';
import type { Services } from '../services';
import { CONFIG_NAME } from '../../config/names';
import { selectedModel } from '../settings';
import { exists } from './config-files';
import { writeFirstRun } from './first-run';
import { inLikelyOrder, type OfferedModel } from './model-order';

/** The folder of the included model in the package, and its name beside the person's data. */
const EXAMPLE_MODEL = 'tiny-llama';

/**
 * Makes a configuration from three answers: the data, the model, and how much is to be trained. It lies next to the data, and is open
 * when this ends: its hovers explain each value.
 *
 * @param data the dataset, where the person has already named it
 * @returns the configuration; undefined where a question was not answered, or where it could not be written
 */
export async function newConfiguration(services: Services, data?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const dataset = data?.fsPath ?? (await chooseData(services));
  if (dataset === undefined) return undefined;
  const model = await chooseModel(services, dataset);
  if (model === undefined) return undefined;
  const items = PRESETS.map(({ id, label, detail }) => ({ label, detail, id }));
  const chosen = await services.dialogs.pick(items, 'How much to train? Every value can be changed later');
  const preset = items.find((item) => item === chosen);
  if (preset === undefined) return undefined;
  try {
    const model_name = await model();
    const file = await freePlace(dataset);
    const required = { model_name, dataset };
    const facts = await new FactReader().read(configText(required, file), file);
    await makeFolder(path.dirname(file));
    const write = (steps?: number): Promise<void> =>
      writeFileAtomic(file, configText(presetConfig(preset.id, required, facts, steps), file));
    if (preset.id === 'first-run') await writeFirstRun(services, file, facts.datasetExamples, write);
    else await write();
    const uri = vscode.Uri.file(file);
    await vscode.window.showTextDocument(uri, { preview: false });
    return uri;
  } catch (error) {
    const reason = error instanceof SftError ? formatError(error) : String(error);
    void services.dialogs.error(`The configuration cannot be written: ${reason}`);
    return undefined;
  }
}

async function chooseData({ dialogs }: Services): Promise<string | undefined> {
  const found = (await choicesInWorkspace('dataset')).map(({ label, target }) => ({ label, target }));
  const browse = { label: '$(folder-opened) Choose another file…' };
  const chosen = await dialogs.pick([...found, browse], 'The questions and answers to learn from');
  if (chosen === browse) {
    const filters = { 'Questions and answers': ['json', 'jsonl', 'ndjson', 'csv', 'tsv', 'parquet'] };
    return (await dialogs.file('Questions and answers', 'Use This File', filters))?.fsPath;
  }
  return found.find((item) => item === chosen)?.target;
}

/** @returns what gives the model's folder: the included model is copied only when everything has been answered */
async function chooseModel(services: Services, dataset: string): Promise<(() => Promise<string>) | undefined> {
  const beside = path.dirname(dataset);
  const { dialogs } = services;
  const inWorkspace = (await choicesInWorkspace('model')).map(({ label, target }) => ({ label, target }));
  // By its name, which is right on other machines as well.
  const cached = (await cachedModels(hubCacheFolder())).map(({ repo }) => ({
    label: repo,
    detail: 'From the Hugging Face Hub',
    target: repo,
  }));
  const found = inLikelyOrder(
    await selectedChoice(dataset),
    await lastChoice(services),
    [...inWorkspace, ...cached],
    EXAMPLE_MODEL,
  );
  const get = { label: GET_MODEL, detail: 'Such as SmolLM2-135M-Instruct, the quickest real one (273 MB)' };
  const example = {
    label: '$(beaker) Included example model',
    detail: 'A tiny Llama to try things out (7 MB, copied next to the data)',
  };
  const browse = {
    label: '$(folder-opened) Choose a folder…',
    detail: 'A model that you have downloaded from Hugging Face',
  };
  const here = inWorkspace.some(({ target }) => path.basename(target) === EXAMPLE_MODEL);
  const chosen = await dialogs.pick([...found, get, browse, ...(here ? [] : [example])], 'The model to start from');
  if (chosen === example) return () => copyExampleModel(services, beside);
  if (chosen === get) {
    const got = await getModel(services, dataset);
    return got === undefined ? undefined : () => Promise.resolve(got.repo);
  }
  if (chosen !== browse) {
    const target = found.find((item) => item === chosen)?.target;
    return target === undefined ? undefined : () => Promise.resolve(target);
  }
  const folder = await dialogs.folder('Folder of a model', 'Use This Model');
  if (folder === undefined) return undefined;
  if (!(await isModel(folder.fsPath))) {
    void dialogs.error(
      `${folder.fsPath} is not a model folder: it needs config.json, tokenizer.json and *.safetensors, as downloaded from Hugging Face.`,
    );
    return undefined;
  }
  return () => Promise.resolve(folder.fsPath);
}

/** The model that sft.model names, where it is there. */
async function selectedChoice(dataset: string): Promise<OfferedModel | undefined> {
  const folder = selectedModel(vscode.Uri.file(dataset));
  if (folder === undefined) return undefined;
  return offeredModel(folder, 'Selected: the model used to count tokens');
}

async function lastChoice({ runs }: Services): Promise<OfferedModel | undefined> {
  const [last] = runs.list();
  return last === undefined ? undefined : offeredModel(last.run.base_model.path, `From the last run, ${last.label}`);
}

async function offeredModel(folder: string, detail: string): Promise<OfferedModel | undefined> {
  if (!(await isModel(folder))) return undefined;
  const name = hubName(folder);
  // Its name means the newest that was downloaded, which may be another.
  const names = name === undefined ? [] : [name, `${name}@${path.basename(folder)}`];
  const same = names.find((one) => modelFolder(one) === folder);
  return same === undefined
    ? { label: modelTitle(folder), detail: `${detail} (${folder})`, target: folder }
    : { label: same, detail, target: same };
}

async function isModel(folder: string): Promise<boolean> {
  return (await exists(path.join(folder, 'config.json'))) && (await hasTokenizer(folder));
}

/** A copy of one's own: the package's folder goes with its next version, and runs refer to their model for ever. */
async function copyExampleModel({ context }: Services, beside: string): Promise<string> {
  const target = path.join(beside, EXAMPLE_MODEL);
  if (await exists(path.join(target, 'config.json'))) return target;
  const source = context.asAbsolutePath(path.join('examples', EXAMPLE_MODEL));
  await writeFolderAtomic(target, (temporary) => cp(source, temporary, { recursive: true }));
  return target;
}

async function choicesInWorkspace(kind: 'dataset' | 'model'): Promise<{ label: string; target: string }[]> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const found = await Promise.all(
    folders.map(async ({ uri, name }) => {
      const choices = await pathChoices(kind, uri.fsPath, uri.fsPath);
      // The result of full training is a model, and found by whoever looks for it.
      const shown = choices.filter((choice) => !choice.startsWith('.sft/') && !choice.includes('/.sft/'));
      return shown.map((choice) => ({
        label: folders.length === 1 ? choice : `${name}/${choice}`,
        target: path.join(uri.fsPath, choice),
      }));
    }),
  );
  return found.flat();
}

/** Next to the data; in a folder of its own where there is another configuration already. */
async function freePlace(dataset: string): Promise<string> {
  const folder = path.dirname(dataset);
  const base = path.basename(dataset).replace(/\.[^.]+$/, '');
  for (let n = 0; ; n++) {
    const inner = n === 0 ? '' : n === 1 ? base : `${base}-${n}`;
    const file = path.join(folder, inner, CONFIG_NAME);
    if (!(await exists(file))) return file;
  }
}
