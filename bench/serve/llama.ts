import path from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { benchWork, CHATS, measure, type Continue } from './work';

// llama.cpp's side of `npm run bench serve`, in a process of its own, through node-llama-cpp without HTTP between.

/** As much of node-llama-cpp as is used; it is no dependency of this project and has no types here. */
interface LlamaCpp {
  readonly LlamaLogLevel: { readonly error: string };
  readonly getLlama: (options: object) => Promise<{
    readonly llamaCppRelease: { readonly release: string };
    loadModel(options: object): Promise<{ createContext(options: object): Promise<LlamaContext> }>;
  }>;
}
interface LlamaContext {
  getSequence(): LlamaSequence;
}
interface LlamaSequence {
  clearHistory(): Promise<void>;
  evaluate(tokens: readonly number[], options: object): AsyncIterable<number>;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      package: { type: 'string' },
      model: { type: 'string' },
      vocabulary: { type: 'string' },
      threads: { type: 'string' },
    },
  });
  const entry = path.join(values.package!, 'dist/index.js');
  const { getLlama, LlamaLogLevel } = (await import(pathToFileURL(entry).href)) as LlamaCpp;
  const threads = Number(values.threads);
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    maxThreads: threads,
    progressLogs: false,
    logLevel: LlamaLogLevel.error,
  });
  const model = await llama.loadModel({ modelPath: values.model! });
  const context = await model.createContext({ contextSize: 1024, sequences: CHATS, batchSize: 512, threads });
  const sequences = Array.from({ length: CHATS }, () => context.getSequence());
  const go: Continue = (prompts, newTokens) =>
    Promise.all(
      prompts.map(async (prompt, i) => {
        const sequence = sequences[i]!;
        await sequence.clearHistory();
        const tokens: number[] = [];
        for await (const token of sequence.evaluate(prompt, { temperature: 0, yieldEogTokens: true })) {
          tokens.push(token);
          if (tokens.length >= newTokens) break;
        }
        return tokens;
      }),
    );
  const name = `llama.cpp ${llama.llamaCppRelease.release}`;
  console.log(JSON.stringify(await measure(name, benchWork(Number(values.vocabulary)), go)));
  process.exit(0);
}

void main();
