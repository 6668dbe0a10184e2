import * as vscode from 'vscode';
import { RECIPES } from '../../export/recipes/registry';
import { COMMANDS } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import type { Services } from '../services';
import { chooseGguf, chooseMerged, chooseRecipe, isPlainLora, type ChosenForm } from './forms';
import { writeForOllama } from './for-ollama';
import { serveInTerminal } from './terminals';
import { chooseTarget, type UseTarget } from './use-target';
import { chatWithIt, openReadme, writeForm, type NextStep } from './write-form';

/** One thing that can be done with a model, or a heading above some. */
interface Use extends vscode.QuickPickItem {
  readonly run?: () => unknown;
}

/** `SFT: Use This Model…`: all that can be done with what a run, or a checkpoint of one, has trained, in one menu. */
export async function useModel(services: Services, argument: unknown): Promise<void> {
  const target = await chooseTarget(services, argument);
  if (target === undefined) return;
  const uses = usesOf(services, target, argument ?? target.run.folder.path);
  const chosen = await services.dialogs.pick(uses, `What to do with ${target.name}`);
  await uses.find((use) => use === chosen)?.run?.();
}

function usesOf(services: Services, target: UseTarget, argument: unknown): readonly Use[] {
  const { training_type: type } = target.run.run.config;
  // A trained prompt is in no weight: nothing can be merged.
  const merges = type !== 'prompt_tuning';
  const write = (form: ChosenForm, next?: NextStep): Promise<void> => writeForm(services, target, form, next);
  const chosen =
    (choose: (services: Services, target: UseTarget) => Promise<ChosenForm | undefined>, next?: NextStep) =>
    async () => {
      const form = await choose(services, target);
      if (form !== undefined) await write(form, next);
    };
  return [
    heading('Here'),
    use('comment-discussion', 'Chat', 'Talk to it, side by side with its base model', () =>
      runCommand(COMMANDS.openChat, argument),
    ),
    use('broadcast', 'Serve', 'To other programs on this machine, through an OpenAI-compatible server', () => {
      serveInTerminal(services, target);
    }),
    // What most people want first: a low window shows no more than five.
    heading('For other programs'),
    ...(merges
      ? [
          use('server-process', 'Ollama…', 'A model that Ollama prompts as in training', () =>
            writeForOllama(services, target),
          ),
          use(
            'file-binary',
            'GGUF…',
            'One file for llama.cpp, LM Studio and similar programs',
            chosen(chooseGguf, chatWithIt),
          ),
          use(
            'folder',
            'Merged Model…',
            'A folder that loads wherever the base model loads',
            chosen(chooseMerged, chatWithIt),
          ),
        ]
      : []),
    ...(type === 'full'
      ? []
      : [use('package', 'Adapter…', 'A small folder that PEFT loads with the base model', () => write(ADAPTER))]),
    ...(isPlainLora(target)
      ? [
          use(
            'file-binary',
            'GGUF of the Adapter…',
            'A small file for llama.cpp, used with a GGUF of the base model',
            () => write(GGUF_ADAPTER),
          ),
        ]
      : []),
    use('cloud-upload', 'Push to the Hugging Face Hub…', 'A repository of yours, private or public', () =>
      runCommand(COMMANDS.pushRun, argument),
    ),
    ...(merges
      ? [
          heading('To train again'),
          use('book', 'Recipe…', `The same training in ${RECIPE_NAMES}`, chosen(chooseRecipe, openReadme)),
        ]
      : []),
  ];
}

const ADAPTER: ChosenForm = { what: 'adapter', args: ['--to', 'peft'], ending: 'adapter' };
const GGUF_ADAPTER: ChosenForm = {
  what: 'GGUF of the adapter',
  args: ['--to', 'gguf-lora'],
  ending: 'adapter.gguf',
  extension: 'gguf',
};
const RECIPE_NAMES = RECIPES.map(({ name }) => name).join(', ');

function use(icon: string, title: string, detail: string, run: () => unknown): Use {
  return { label: `$(${icon}) ${title}`, detail, run };
}

function heading(label: string): Use {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
