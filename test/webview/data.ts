// Real reports and previews for the pages: made by the product's own code from texts that are written here or checked in.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { analyseOnce } from '../../src/analysis/analyse-once';
import { openTokenCounts } from '../../src/analysis/token-counts';
import { buildReport, readExamples } from '../../src/editor/report/report-build';
import type { DatasetReport } from '../../src/messages/report';
import type { TrainingPreview } from '../../src/messages/preview';
import { loadChatTokenizer } from '../../src/text/chat-tokenizer';
import { createStreamingDecoder } from '../../src/text/streaming-decoder';
import { createRandom } from '../../src/base/random';
import { isHeld } from '../../src/base/spans';
export { webviewPage } from '../../src/editor/webview-page';
export { fromChat } from '../../src/messages/chat';
export { fromPreview } from '../../src/messages/preview';
export { fromReport } from '../../src/messages/report';
export { fromDashboard } from '../../src/messages/dashboard';
export { fromRates } from '../../src/messages/rates';
export { dashboardMessages, recordedRun, trainedRun, writtenRun } from './dashboard-runs';
export { rateTestMessages } from './rate-tests';

const MODEL = 'examples/tiny-llama';

function finish<Result>(work: Generator<unknown, Result, undefined>): Result {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

export async function reportOf(
  file: string,
  text: string,
  maxSeqLength: number,
  model: string | undefined,
): Promise<DatasetReport> {
  const counts = await openTokenCounts(model);
  const settings = { modelFolder: model, maxSeqLength, rules: {}, nearDuplicateThreshold: 0.8 };
  const { result, findings } = analyseOnce(file, text, settings, counts);
  return buildReport(file, finish(readExamples(file, text)), result, findings, settings.nearDuplicateThreshold);
}

export function exampleText(): string {
  return readFileSync('examples/nigeria-services.json', 'utf8');
}

/** Examples of many lengths, agencies and mistakes; the same for the same count. */
export function manyExamples(count: number): string {
  const random = createRandom(1);
  const words = 'permit renewal office fee form passport border licence record vehicle water tax claim pension'.split(
    ' ',
  );
  const sentence = (length: number): string =>
    Array.from({ length }, () => words[random.below(words.length)]).join(' ');
  const examples = Array.from({ length: count }, (_, index) => ({
    question: `How does one get number ${index} of ${sentence(4 + random.below(8))}?`,
    answer: index % 997 === 0 ? 'TODO' : `${sentence(8 + random.below(60) + random.below(80) * random.below(3))}.`,
    agency: `Agency ${Math.min(random.below(45), random.below(45))}`,
  }));
  return JSON.stringify(examples, undefined, 1);
}

export async function previewOf(question: string, answer: string, maxSeqLength: number): Promise<TrainingPreview> {
  const chat = await loadChatTokenizer(path.resolve(MODEL));
  const { ids, trained } = chat.encodeExample({ question, answer }, Number.MAX_SAFE_INTEGER);
  const decoder = createStreamingDecoder(chat.tokenizer);
  const tokens = Array.from(ids, (id, at) => ({
    id,
    text: decoder.push(id),
    trained: isHeld(trained, at) && at < maxSeqLength,
    special: chat.tokenizer.isAdded(id),
    cut: at >= maxSeqLength,
  }));
  return {
    file: 'nigeria-services.json',
    example: 3,
    examples: 40,
    model: 'tiny-llama',
    maxSeqLength,
    note: '',
    tokens,
  };
}
