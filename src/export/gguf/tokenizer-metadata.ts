import path from 'node:path';
import { SftError } from '../../base/errors';
import type { JsonObject } from '../../base/fetched-file';
import { readAddedTokens, type AddedToken } from '../../text/added-tokens';
import { BpeModel } from '../../text/bpe';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import { completeAddedTokens } from '../../text/later-tokens';
import { isObject, readModelJson } from '../../text/model-files';
import { readSpecialTokens } from '../../text/special-tokens';
import { isUnigram } from '../../text/token-model';
import type { MetadataValue } from '../../base/gguf/gguf-format';
import { namePreTokenizer, stagesOf } from './name-pre-tokenizer';
import { takenBlanks, type TakenBlanks } from './taken-blanks';
import { TOKEN_TYPES } from '../../text/gguf/token-types';
import { scoresOf } from '../../text/gguf/spm-scores';
import { exportImpossible } from '../export-impossible';

type Entries = readonly (readonly [string, MetadataValue])[];

interface TokenizerFile {
  readonly file: string;
  readonly json: JsonObject;
  readonly model: JsonObject;
  readonly vocab: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [left: string, right: string])[];
  readonly added: readonly AddedToken[];
}

/** A tokenizer as llama.cpp reads it. */
export interface TokenizerMetadata {
  readonly entries: Entries;
  readonly blanks: TakenBlanks;
  /** For which texts it has other tokens, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * A model's tokenizer as llama.cpp reads it: the same ids for the same texts, or a refusal.
 * @param rows of the table of token embeddings: there are as many tokens
 * @throws SftError export-impossible where llama.cpp has no tokenizer that does the same
 */
export async function tokenizerMetadata(
  modelDir: string,
  chat: ChatTokenizer,
  rows: number,
): Promise<TokenizerMetadata> {
  const tokenizer = await readTokenizerFile(modelDir);
  const { added, vocab, file } = tokenizer;
  const blanks = takenBlanks(added, vocab, chat, file);
  const kind = tokenizer.model['byte_fallback'] === true ? spm(tokenizer, chat) : gpt2(tokenizer);
  const { texts, types } = tokensOf(tokenizer, rows);
  const scores =
    kind.scores === undefined
      ? []
      : [['tokenizer.ggml.scores', { type: 'f32s', value: texts.map((text) => kind.scores?.get(text) ?? 0) }] as const];
  const entries: Entries = [
    ['tokenizer.ggml.model', { type: 'string', value: kind.model }],
    ['tokenizer.ggml.pre', { type: 'string', value: kind.pre }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: texts }],
    ...scores,
    ['tokenizer.ggml.token_type', { type: 'i32s', value: types }],
    ...kind.entries,
    ...(await specialIds(modelDir, chat)),
    // Templates write the first token out. Another one before it would be what the model was not trained on.
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
    ['tokenizer.ggml.add_eos_token', { type: 'bool', value: false }],
    ['tokenizer.chat_template', { type: 'string', value: chat.template.source }],
  ];
  const notes = [
    ...(blanks === 'unwritten'
      ? [
          'llama.cpp keeps spaces at the start and end of a message, which this tokenizer removes: such messages get different tokens there',
        ]
      : []),
    ...(kind.cutsAtMarks === true
      ? [
          'llama.cpp splits words at combining marks, as in Hindi, and this tokenizer does not: such words get different tokens there',
        ]
      : []),
  ];
  return { entries, blanks, notes };
}

interface Kind {
  readonly model: 'gpt2' | 'llama';
  readonly pre: string;
  readonly scores?: ReadonlyMap<string, number>;
  readonly cutsAtMarks?: boolean | undefined;
  readonly entries: Entries;
}

/** Byte-level BPE. */
function gpt2({ json, model, vocab, merges, added, file }: TokenizerFile): Kind {
  const pre = namePreTokenizer(json['pre_tokenizer']);
  if (pre === undefined) throw impossible(file, 'llama.cpp has no pre-tokenizer that does what this one does');
  const normalizer = isObject(json['normalizer']) ? json['normalizer']['type'] : undefined;
  if (normalizer !== undefined && normalizer !== 'NFC')
    throw impossible(file, `llama.cpp has no normalizer ${JSON.stringify(normalizer)}`);
  if ((model['ignore_merges'] === true) !== pre.ignoresMerges) {
    const bpe = new BpeModel({ ...model, ignore_merges: false }, file, false);
    const texts = new Set(added.map(({ content }) => content));
    const apart = [...vocab.keys()].find((token) => !texts.has(token) && bpe.encode(token).length !== 1);
    if (apart !== undefined) {
      const reason = `its merges do not make the token ${JSON.stringify(apart)}, and llama.cpp's pre-tokenizer ${pre.name} takes ignore_merges to be ${String(pre.ignoresMerges)}`;
      throw impossible(file, reason);
    }
  }
  const value = merges.map(([left, right]) => `${left} ${right}`);
  const entries: Entries = [['tokenizer.ggml.merges', { type: 'strings', value }]];
  return { model: 'gpt2', pre: pre.name, cutsAtMarks: pre.cutsAtMarks, entries };
}

/** SentencePiece, which tokenizer.json writes as BPE with bytes for what the vocabulary lacks. */
function spm({ json, vocab, merges, added, file }: TokenizerFile, chat: ChatTokenizer): Kind {
  const addedTexts = new Set(added.map(({ content }) => content));
  const isPlain = (token: string): boolean => !addedTexts.has(token) && !isByte(token);
  const found = scoresOf(vocab, merges, isPlain);
  if ('reason' in found) throw impossible(file, `it is not a SentencePiece vocabulary: ${found.reason}`);
  const prefix = prefixOf(json, file, chat);
  if (prefix.splits && [...vocab.keys()].some((token) => isPlain(token) && token.lastIndexOf('\u2581') > 0))
    throw impossible(file, 'it cuts texts at blanks, and llama.cpp would join across them');
  const entries: Entries = [['tokenizer.ggml.add_space_prefix', { type: 'bool', value: prefix.adds }]];
  return { model: 'llama', pre: 'default', scores: found.scores, entries };
}

/** Whether a blank is put before texts, and whether they are cut at blanks. */
function prefixOf(json: JsonObject, file: string, chat: ChatTokenizer): { adds: boolean; splits: boolean } {
  const normalizers = normalizersOf(json['normalizer']);
  const normalizer = JSON.stringify(normalizers);
  // Gemma's cuts at blanks, of which its normalizer has left none.
  const cutsNothing = normalizers.includes(BLANK);
  const stages = stagesOf(json['pre_tokenizer']).filter((stage) => !(cutsNothing && isSplitAtBlank(stage)));
  if (stages.length === 0) {
    const adds = normalizer === JSON.stringify(['Prepend \u2581', BLANK]);
    if (adds || normalizer === JSON.stringify([BLANK])) return { adds, splits: false };
  }
  const [stage] = stages;
  if (stages.length === 1 && stage!['type'] === 'Metaspace' && normalizer === '[]') {
    const splits = stage!['split'] !== false;
    const scheme = stage!['prepend_scheme'] ?? (stage!['add_prefix_space'] === false ? 'never' : 'always');
    if (scheme !== 'first') return { adds: scheme === 'always', splits };
    // A text that begins with a token has no first text.
    const [first] = chat.encodePrompt([{ role: 'user', content: 'question' }]);
    if (first !== undefined && chat.tokenizer.isAdded(first)) return { adds: false, splits };
  }
  throw impossible(file, 'llama.cpp treats blanks otherwise than its normalizer and pre-tokenizer do');
}

/** As `normalizersOf` writes the normalizer that makes U+2581 of every blank. */
const BLANK = 'Replace   \u2581';

function isSplitAtBlank({ type, pattern }: JsonObject): boolean {
  return type === 'Split' && isObject(pattern) && pattern['String'] === ' ';
}

function normalizersOf(config: unknown): string[] {
  if (!isObject(config)) return [];
  const { type, prepend, pattern, content, normalizers } = config;
  if (type === 'Sequence') return (Array.isArray(normalizers) ? normalizers : []).flatMap(normalizersOf);
  if (type === 'Prepend') return [`Prepend ${String(prepend)}`];
  if (type === 'Replace' && isObject(pattern)) return [`Replace ${String(pattern['String'])} ${String(content)}`];
  return [String(type)];
}

function tokensOf({ vocab, added }: TokenizerFile, rows: number): { texts: string[]; types: number[] } {
  const texts = Array.from({ length: rows }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(rows).fill(TOKEN_TYPES.unused);
  for (const [token, id] of vocab) {
    if (id >= rows) continue;
    texts[id] = token;
    types[id] = isByte(token) ? TOKEN_TYPES.byte : TOKEN_TYPES.normal;
  }
  for (const { id, content, special } of added) {
    if (id >= rows) continue;
    texts[id] = content;
    types[id] = special ? TOKEN_TYPES.control : TOKEN_TYPES.userDefined;
  }
  return { texts, types };
}

function isByte(token: string): boolean {
  return /^<0x[0-9A-F]{2}>$/.test(token);
}

async function specialIds(modelDir: string, chat: ChatTokenizer): Promise<Entries> {
  const { tokenizer, stopTokenIds } = chat;
  const { all } = await readSpecialTokens(modelDir, (id) => tokenizer.tokenText(id));
  const named = (key: string): number | undefined => (all[key] === undefined ? undefined : tokenizer.tokenId(all[key]));
  const eos = tokenizer.eosTokenId ?? stopTokenIds[0];
  const eot = endOfTurn(chat);
  const eom = stopTokenIds.find((id) => id !== eos && id !== eot);
  const ids: readonly (readonly [string, number | undefined])[] = [
    ['bos', tokenizer.bosTokenId],
    ['eos', eos],
    ['eot', eot === eos ? undefined : eot],
    ['eom', eom],
    ['unknown', named('unk_token')],
    ['padding', named('pad_token')],
  ];
  return ids
    .filter((entry): entry is [string, number] => entry[1] !== undefined)
    .map(([key, value]) => [`tokenizer.ggml.${key}_token_id`, { type: 'u32', value }] as const);
}

/** The token that the template ends an answer with. */
function endOfTurn({ template, tokenizer, stopTokenIds }: ChatTokenizer): number | undefined {
  const answered = template.renderChat(
    [
      { role: 'user', content: 'question' },
      { role: 'assistant', content: 'answer' },
    ],
    { addGenerationPrompt: false },
  );
  return tokenizer.encode(answered).findLast((id) => stopTokenIds.includes(id));
}

async function readTokenizerFile(modelDir: string): Promise<TokenizerFile> {
  const file = path.join(modelDir, 'tokenizer.json');
  const json = (await readModelJson(modelDir, 'tokenizer.json')) ?? {};
  // That it is one was checked when the model was opened.
  const model = json['model'] as JsonObject;
  if (isUnigram(model))
    throw impossible(file, 'its tokenizer is Unigram, and llama.cpp cuts the texts of its model otherwise');
  const vocab = new Map(Object.entries(model['vocab'] as Record<string, number>));
  const merges = (model['merges'] as readonly (string | [string, string])[]).map((merge): [string, string] => {
    if (typeof merge !== 'string') return merge;
    const blank = merge.indexOf(' ');
    return [merge.slice(0, blank), merge.slice(blank + 1)];
  });
  const added = await completeAddedTokens(modelDir, readAddedTokens(json['added_tokens'], file), vocab);
  return { file, json, model, vocab, merges, added };
}

function impossible(file: string, reason: string): SftError {
  const remedy = 'use --to merged: a GGUF would be prompted with different tokens than in training';
  return exportImpossible(reason, remedy, file);
}
