import { DatasetChecker } from '../dataset/check';
import type { DatasetExample } from '../dataset/example';
import type { Finding, TextEdit } from '../dataset/finding';
import { analyseText, type AnalysedText } from './analyse';
import { exampleRow } from './example-table';
import { fixAllEdits } from './fix-all';
import type { AnalysisResult, AnalysisSettings, TextChange, TokenParts, TrainingSequence } from './protocol';
import { runSliced } from './sliced';
import { applyChanges } from './text-changes';
import { openTokenCounts, type TokenCounts } from './token-counts';

interface OpenText {
  readonly file: string;
  version: number;
  text: string;
  settings: AnalysisSettings;
  /** Raised by everything that makes a running analysis useless. */
  generation: number;
  analysed: AnalysedText | undefined;
}

/** Names one example of one version of an open text. */
export interface ExampleAsked {
  readonly uri: string;
  readonly version: number;
  readonly index: number;
}

/** The texts open in the editor and their analysis; the latest version wins. */
export class OpenTexts {
  private readonly texts = new Map<string, OpenText>();
  private readonly models = new Map<string, Promise<TokenCounts>>();

  constructor(
    private readonly onResult: (uri: string, result: AnalysisResult) => void,
    private readonly onFailure: (uri: string, version: number, error: unknown) => void,
  ) {}

  open(uri: string, file: string, version: number, text: string, settings: AnalysisSettings): void {
    this.close(uri);
    const opened: OpenText = { file, version, text, settings, generation: 0, analysed: undefined };
    this.texts.set(uri, opened);
    this.restart(uri, opened);
  }

  change(uri: string, version: number, changes: readonly TextChange[]): void {
    const opened = this.texts.get(uri);
    if (opened === undefined) return;
    opened.text = applyChanges(opened.text, changes);
    opened.version = version;
    this.restart(uri, opened);
  }

  configure(uri: string, settings: AnalysisSettings): void {
    const opened = this.texts.get(uri);
    if (opened === undefined) return;
    opened.settings = settings;
    this.restart(uri, opened);
  }

  close(uri: string): void {
    const opened = this.texts.get(uri);
    if (opened !== undefined) opened.generation++;
    this.texts.delete(uri);
  }

  /** The counts of a model folder; its tokenizer is read once. */
  counts(modelFolder: string | undefined): Promise<TokenCounts> {
    const key = modelFolder ?? '';
    let opened = this.models.get(key);
    if (opened === undefined) {
      opened = openTokenCounts(modelFolder);
      this.models.set(key, opened);
    }
    return opened;
  }

  async tokenParts(asked: ExampleAsked): Promise<TokenParts | undefined> {
    const found = await this.example(asked);
    return found?.counts.partsOf(found.example);
  }

  async sequence(asked: ExampleAsked): Promise<TrainingSequence | undefined> {
    const found = await this.example(asked);
    return found?.counts.sequenceOf(found.example, found.settings.maxSeqLength);
  }

  /** All findings of a version that has been analysed. */
  findings({ uri, version }: { uri: string; version: number }): readonly Finding[] | undefined {
    const opened = this.texts.get(uri);
    return opened?.analysed?.result.version === version ? opened.analysed.findings : undefined;
  }

  async fixAll({ uri, version }: { uri: string; version: number }): Promise<readonly TextEdit[] | undefined> {
    const opened = this.texts.get(uri);
    if (opened?.version !== version) return undefined;
    const { file, text, settings } = opened;
    return runSliced(fixAllEdits(file, text, settings.rules), () => opened.version !== version);
  }

  private async example({
    uri,
    version,
    index,
  }: ExampleAsked): Promise<{ example: DatasetExample; counts: TokenCounts; settings: AnalysisSettings } | undefined> {
    const opened = this.texts.get(uri);
    const result = opened?.analysed?.result;
    if (opened === undefined || result?.version !== version || index >= result.count) return undefined;
    const { settings, text } = opened;
    const { offset, endOffset } = exampleRow(result.examples, index);
    // Read again, as the file's reader reads it: values are not held, they would double the memory of a large file.
    const checker = new DatasetChecker('example.json');
    const items = [...checker.push(`[${text.slice(offset, endOffset)}]`), ...checker.finish()];
    const item = items.find((one) => one.type === 'example');
    if (item === undefined) return undefined;
    return { example: item.example, counts: await this.counts(settings.modelFolder), settings };
  }

  private restart(uri: string, opened: OpenText): void {
    const generation = ++opened.generation;
    this.analyse(uri, opened, () => opened.generation !== generation).catch((error: unknown) => {
      this.onFailure(uri, opened.version, error);
    });
  }

  private async analyse(uri: string, opened: OpenText, givenUp: () => boolean): Promise<void> {
    const counts = await this.counts(opened.settings.modelFolder);
    // Messages that wait may hold a newer version already.
    await new Promise((resolve) => setImmediate(resolve));
    if (givenUp()) return;
    const publish = (analysed: AnalysedText): void => {
      opened.analysed = analysed;
      this.onResult(uri, analysed.result);
    };
    const work = analyseText(opened.file, opened.version, opened.text, opened.settings, counts);
    const last = await runSliced(work, givenUp, publish);
    if (last !== undefined) publish(last);
  }
}
