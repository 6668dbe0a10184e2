import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { isJsonObject, type JsonObject } from '../dataset/formats/reading';
import { callProblem, writtenCalls } from '../dataset/formats/tool-calls';
import { between, flag, list, maybe, oneOf, open, text, whole } from '../base/shapes';

/** OpenAI's requests, as the body holds them; null was taken out before, which its clients mean as absent. */

export const UNSUPPORTED = 'supported by this server: leave it out';
const MOST_STOPS = 16;
const MOST_PROMPTS = 2048;

/** A field of OpenAI's that may be given with the values that change nothing. */
function unsupported(...neutral: readonly unknown[]) {
  const isNeutral = (value: unknown): boolean => neutral.some((same) => isDeepStrictEqual(value, same));
  return maybe(v.custom<unknown>(isNeutral, UNSUPPORTED));
}

/** A field that says nothing about the answer. */
const ignored = maybe(v.unknown());

const notEmpty = v.pipe(text, v.nonEmpty('text of at least one character'));
const seed = v.pipe(v.number('a whole number'), v.safeInteger('a whole number'));
/** How many alternatives to a token. */
const alternatives = whole(0, 20);

const COMMON = {
  model: text,
  temperature: maybe(between(0, 2)),
  top_p: maybe(v.pipe(between(0, 1), v.gtValue(0, 'above 0: use temperature 0 for the likeliest token'))),
  top_k: maybe(whole(0)),
  do_sample: maybe(flag),
  seed: maybe(seed),
  stop: maybe(
    v.lazy((value) =>
      Array.isArray(value)
        ? v.pipe(list(notEmpty), v.maxLength(MOST_STOPS, `a list of ${MOST_STOPS} at most`))
        : notEmpty,
    ),
  ),
  stream: maybe(flag),
  stream_options: maybe(open({ include_usage: v.nullish(flag) })),
  return_token_ids: maybe(flag),
  n: unsupported(1),
  frequency_penalty: unsupported(0),
  presence_penalty: unsupported(0),
  logit_bias: unsupported({}),
  user: ignored,
  metadata: ignored,
  store: ignored,
  service_tier: ignored,
  safety_identifier: ignored,
  prompt_cache_key: ignored,
};

const textPart = open({ type: v.literal('text', 'text, the only type this server supports'), text });

const said = v.lazy((value): v.GenericSchema<unknown, string | { readonly text: string }[]> =>
  Array.isArray(value) ? list(textPart) : v.string('text or a list of text parts'),
);

const call = v.custom<JsonObject>(
  (value) => callProblem(value) === undefined,
  'a call: {"type": "function", "function": {"name": "…", "arguments": "{…}"}}',
);

/** What a client sends back of an answer of the assistant that calls tools. */
const calling = open({
  role: v.literal('assistant', 'assistant, the only one that calls tools'),
  content: v.nullish(said, ''),
  tool_calls: v.nullish(list(call)),
  function_call: v.nullish(call),
});

const saying = open({
  role: oneOf('system', 'developer', 'user', 'assistant', 'tool'),
  content: said,
  tool_call_id: v.nullish(text),
  name: v.nullish(text),
});

const message = v.lazy((value): typeof calling | typeof saying =>
  isJsonObject(value) && writtenCalls(value).length > 0 ? calling : saying,
);

const tool = v.custom<JsonObject>(
  (value) => isJsonObject(value) && isJsonObject(value['function']) && typeof value['function']['name'] === 'string',
  'a function: {"type": "function", "function": {"name": "…", "parameters": {…}}}',
);

export const CHAT_REQUEST = open({
  ...COMMON,
  messages: v.pipe(list(message), v.nonEmpty('a list of at least one message')),
  max_tokens: maybe(whole(1)),
  max_completion_tokens: maybe(whole(1)),
  logprobs: maybe(flag),
  top_logprobs: maybe(alternatives),
  response_format: unsupported({ type: 'text' }),
  tools: maybe(list(tool)),
  tool_choice: unsupported('none', 'auto'),
  functions: unsupported([]),
  function_call: unsupported('none', 'auto'),
  modalities: unsupported(['text']),
  parallel_tool_calls: ignored,
  reasoning_effort: ignored,
  verbosity: ignored,
});

/** Token ids. */
type Ids = readonly number[];

function isIds(value: unknown): value is Ids {
  return Array.isArray(value) && value.every((id) => Number.isSafeInteger(id) && Number(id) >= 0);
}

type GivenPrompt = string | Ids | readonly string[] | readonly Ids[];

function isPrompt(value: unknown): boolean {
  if (typeof value === 'string' || isIds(value)) return true;
  return Array.isArray(value) && (value.every((item) => typeof item === 'string') || value.every(isIds));
}

export const TEXT_REQUEST = open({
  ...COMMON,
  /** A text, a list of texts, a list of token ids, or a list of such lists. */
  prompt: v.pipe(
    v.custom<GivenPrompt>(isPrompt, 'a string, a list of token ids, or a list of either'),
    v.transform((prompt) => {
      const one = typeof prompt === 'string' || (prompt.length > 0 && isIds(prompt));
      return (one ? [prompt] : prompt) as readonly (string | Ids)[];
    }),
    v.minLength(1, 'a list of at least one prompt'),
    v.maxLength(MOST_PROMPTS, `a list of ${MOST_PROMPTS} prompts at most`),
  ),
  max_tokens: maybe(whole(0)),
  echo: maybe(flag),
  logprobs: maybe(alternatives),
  best_of: unsupported(1),
  suffix: unsupported(''),
});
