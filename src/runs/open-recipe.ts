import { stat } from 'node:fs/promises';
import { hubName } from '../base/hub-cache';
import { SftError } from '../base/errors';
import type { DeviceListing } from '../compute/provider';
import type { ResolvedConfig } from '../config/config-schema';
import { loadConfig } from '../config/parse-config';
import type { DatasetExample } from '../dataset/example';
import type { Dataset } from '../dataset/read';
import { splitThoughts } from '../dataset/thoughts';
import type { RecipeMessage, RecipeSource } from '../export/recipes/recipe';
import type { ChatMessage } from '../text/chat-template';
import { loadChatTokenizer } from '../text/chat-tokenizer';
import { withoutThoughts } from '../text/conversation-texts';
import { isThinking } from '../text/enable-thinking';
import { withSystemPrompt } from '../text/system-prompt';
import { byParts, divideFiles, readDataFiles, type DataFiles, type ReadFiles } from '../train/data-files';
import { refuseErrors } from '../train/examples/refuse-unfit';
import { ExampleOrder } from '../train/order';
import { warmupLength } from '../train/schedule';
import type { Run } from './folder/run-schema';
import { readRunWithModel } from './require-model';
import { changedFile, limited } from './worker/prepare';

/**
 * What a recipe is made from.
 * @param place a run's folder, or a configuration
 * @param moved where the base model of a run is now
 * @throws SftError dataset-changed, dataset-has-errors, and what reading configuration, run, model and data throws
 */
export async function openRecipe(
  place: string,
  devices: readonly DeviceListing[],
  moved?: string,
): Promise<RecipeSource> {
  if ((await stat(place).catch(() => undefined))?.isFile() === true) {
    const config = await loadConfig(place, devices);
    return sourceOf(config, config.name, divideFiles(await readDataFiles(config), config));
  }
  const { run, name } = await readRunWithModel(place, moved);
  const data = await readDataFiles(run.config);
  refuseChanged(run, data);
  return sourceOf(run.config, name, divideFiles(data, run.config));
}

async function sourceOf(config: ResolvedConfig, title: string, data: DataFiles): Promise<RecipeSource> {
  for (const { dataset } of data.files) {
    refuseErrors(dataset);
    refuseTools(dataset);
  }
  const chat = await loadChatTokenizer(config.model_name);
  const examples = data.files.map(({ dataset }) => dataset.examples);
  const thinking = isThinking(config.enable_thinking, examples.flat());
  const conversations = examples.map((one) => one.map((example) => conversationOf(example, config, thinking)));
  const { train, validation, test } = byParts(data, conversations);
  const order = new ExampleOrder({
    examples: train.length,
    batchSize: config.per_device_batch_size,
    accumulation: config.gradient_accumulation_steps,
    shuffle: config.shuffle,
    seed: config.seed,
  });
  const steps = order.totalSteps(config.max_steps, config.num_train_epochs);
  const hub = hubName(config.model_name);
  return {
    config,
    title,
    baseModel: hub ?? config.model_name,
    onHub: hub !== undefined,
    chatTemplate: chat.template.source,
    ownTemplate: chat.template.notice === undefined,
    thinking,
    endTokens: chat.stopTokenIds.map((id) => chat.tokenizer.tokenText(id)),
    parts: { train, validation: limited(validation, config), test },
    plan: { steps, warmup: Math.min(steps, warmupLength(steps, config.warmup_steps, config.warmup_ratio)) },
  };
}

/** The forms in which other trainers take calls and functions differ from tool to tool: none is written. */
function refuseTools({ file, examples }: Dataset): void {
  const first = examples.find(({ tools, turns }) => tools !== undefined || turns !== undefined);
  if (first === undefined) return;
  throw new SftError('recipe-without-tools', 'recipes do not support conversations with tools', {
    file,
    line: first.line,
    remedy: 'give the other tool the data as it is, or write calls and results as text',
  });
}

/** An example as it is asked and learnt here: its system prompt in it, thoughts beside their answers where they are learnt. */
function conversationOf(
  { value, history = [], thoughts }: DatasetExample,
  { system_prompt: systemPrompt, train_on: trainOn }: ResolvedConfig,
  thinking: boolean,
): RecipeMessage[] {
  const answer: ChatMessage = {
    role: 'assistant',
    content: value.answer,
    ...(thoughts === undefined ? {} : { thoughts }),
  };
  const whole = withSystemPrompt([...history, { role: 'user', content: value.question }, answer], systemPrompt);
  const written = thinking ? whole.map(withThoughtsBeside) : withoutThoughts(whole);
  return written.map((message, at) => {
    const isLast = at === written.length - 1;
    const trained = message.role === 'assistant' && message.train !== false && (isLast || trainOn === 'all');
    const { role, content, thoughts: thought } = message;
    return { role, content, ...(thought === undefined ? {} : { thoughts: thought }), trained };
  });
}

function withThoughtsBeside(message: ChatMessage): ChatMessage {
  const parts =
    message.role === 'assistant' && message.thoughts === undefined ? splitThoughts(message.content) : undefined;
  return parts === undefined ? message : { ...message, content: parts.answer, thoughts: parts.thoughts };
}

function refuseChanged(run: Run, { files }: ReadFiles): void {
  const file = changedFile(run, { files: files.map(({ key, dataset: { file, sha256 } }) => ({ key, file, sha256 })) });
  if (file === undefined) return;
  throw new SftError('dataset-changed', 'the dataset is not the one this run was trained on', {
    file,
    remedy: 'restore the original file, or write the recipe of the configuration',
  });
}
