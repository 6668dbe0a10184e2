import { parentPort } from 'node:worker_threads';
import { appendExample } from '../dataset/append-example';
import { convertFile, lossesByKind, writeConverted } from '../dataset/convert-file';
import { findExamples } from '../dataset/find-example';
import { apartText, divideFile, writeDivision } from '../dataset/split/split-file';
import { formatError, SftError } from '../base/errors';
import { addedSystem } from '../text/added-system';
import { loadChatTokenizer } from '../text/chat-tokenizer';
import { checkFile } from './check-file';
import { OpenTexts } from './open-texts';
import type { FromWorker, RequestName, Requests, ToWorker, WorkerProblem } from './protocol';

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread');

const post = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void => {
  port.postMessage(message, transfer);
};

const texts = new OpenTexts(
  (uri, result) => {
    post({ type: 'result', uri, result }, [result.examples.buffer as ArrayBuffer]);
  },
  (uri, version, error) => {
    post({ type: 'failed', uri, version, problem: problemOf(error) });
  },
);

/** The requests at work, so that they can be cancelled. */
const running = new Map<number, AbortController>();

type Answers = {
  readonly [Name in RequestName]: (
    ask: Requests[Name]['ask'],
    id: number,
    signal: AbortSignal,
  ) => Promise<Requests[Name]['answer']> | Requests[Name]['answer'];
};

const ANSWERS: Answers = {
  tokenParts: (ask) => texts.tokenParts(ask),
  sequence: (ask) => texts.sequence(ask),
  findings: (ask) => texts.findings(ask),
  fixAll: (ask) => texts.fixAll(ask),
  appendExample: ({ file, text, example, columns }) => appendExample(file, text, example, columns),
  findExamples: ({ file, text, examples, columns }) => findExamples(file, text, examples, columns),
  addedSystem: async ({ modelFolder }) => addedSystem(await loadChatTokenizer(modelFolder)),
  convert: async ({ file, to, out, layout, replace, lossy, columns }, _id, signal) => {
    const { from, examples, losses, text, told } = await convertFile(file, to, { layout, signal, columns });
    const written = losses.length === 0 || lossy;
    if (written) await writeConverted(file, out, text, replace);
    return { from, to, examples, lossy: losses.length, losses: lossesByKind(losses), told, written };
  },
  split: async ({ file, out, parts, columns }, _id, signal) => {
    const division = await divideFile(file, parts, { signal, columns });
    const files = await writeDivision(division, out, false);
    return { files, apart: apartText(division.split, division.examples.length) };
  },
  checkFile: async ({ file, settings }, id, signal) => {
    const counts = await texts.counts.of(settings);
    return checkFile(file, settings, counts, signal, (read, size) => {
      post({ type: 'progress', id, read, size });
    });
  },
};

async function answer(id: number, name: RequestName, ask: unknown): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const give = ANSWERS[name] as (ask: unknown, id: number, signal: AbortSignal) => unknown;
    post({ type: 'answer', id, answer: await give(ask, id, controller.signal) });
  } catch (error) {
    post({ type: 'refused', id, problem: problemOf(error) });
  } finally {
    running.delete(id);
  }
}

function problemOf(error: unknown): WorkerProblem {
  if (error instanceof SftError) return { message: formatError(error) };
  if (!(error instanceof Error)) return { message: String(error) };
  return { message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
}

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'parts':
      texts.addParts(message.uri, message.parts);
      break;
    case 'open':
      texts.open(message.uri, message.file, message.version, message.text, message.settings);
      break;
    case 'change':
      texts.change(message.uri, message.version, message.changes);
      break;
    case 'look':
      texts.look(message.uri, message.from, message.to);
      break;
    case 'settings':
      texts.configure(message.uri, message.settings);
      break;
    case 'siblings':
      texts.compareAgain(message.uri);
      break;
    case 'close':
      texts.close(message.uri);
      break;
    case 'ask':
      void answer(message.id, message.name, message.ask);
      break;
    case 'ping':
      post({ type: 'pong' });
      break;
    case 'cancel':
      running.get(message.id)?.abort();
  }
});
