// Its own process: a native library may hang or die, and a computation there cannot be cancelled otherwise.
import type { LlamaCppAnswer, LlamaCppReply, LlamaCppRequest } from './protocol';

/** As far as it is used here. */
interface NodeLlamaCpp {
  readonly LlamaLogLevel: { readonly error: string };
  readonly getLlama: (options: Readonly<Record<string, unknown>>) => Promise<Llama>;
}
interface Llama {
  loadModel(options: { modelPath: string }): Promise<LlamaModel>;
}
interface LlamaModel {
  tokenize(text: string, specialTokens: boolean): number[];
  isEogToken(token: number): boolean;
  createContext(options: Readonly<Record<string, unknown>>): Promise<LlamaContext>;
}
interface LlamaContext {
  getSequence(): {
    evaluate(
      tokens: readonly number[],
      options: { temperature: number; yieldEogToken: boolean },
    ): AsyncIterable<number>;
  };
  dispose(): Promise<void>;
}

process.once('message', (request: LlamaCppRequest) => {
  void answerAll(request)
    .then((answers): LlamaCppReply => ({ answers }))
    .catch((error: unknown): LlamaCppReply => ({ error: error instanceof Error ? error.message : String(error) }))
    .then((reply) => process.send!(reply, () => process.exit(0)));
});

async function answerAll(request: LlamaCppRequest): Promise<readonly LlamaCppAnswer[]> {
  const { module, model, lora, prompts, maxNewTokens, contextSize, threads } = request;
  const { getLlama, LlamaLogLevel } = (await import(module)) as NodeLlamaCpp;
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
  const loaded = await llama.loadModel({ modelPath: model });
  const answers: LlamaCppAnswer[] = [];
  for (const prompt of prompts) {
    // Keys and values in 32 bits: what is compared is the file, not the cache.
    const context = await loaded.createContext({
      contextSize,
      threads,
      flashAttention: false,
      experimentalKvCacheKeyType: 'F32',
      experimentalKvCacheValueType: 'F32',
      ...(lora === undefined ? {} : { lora }),
    });
    answers.push(await answer(loaded, context, prompt, maxNewTokens));
    await context.dispose();
  }
  return answers;
}

async function answer(model: LlamaModel, context: LlamaContext, text: string, most: number): Promise<LlamaCppAnswer> {
  const prompt = model.tokenize(text, true);
  const tokens: number[] = [];
  const options = { temperature: 0, yieldEogToken: true };
  for await (const token of context.getSequence().evaluate(prompt, options)) {
    if (model.isEogToken(token)) return { prompt, tokens, ended: true };
    tokens.push(token);
    if (tokens.length >= most) break;
  }
  return { prompt, tokens, ended: false };
}
