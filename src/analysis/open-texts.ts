import type { DatasetExample } from '../dataset/example';
import type { Finding, TextEdit } from '../dataset/finding';
import { collectGarbage } from '../base/collect-garbage';
import { fixAllEdits } from './fix-all';
import { ModelCounts } from './model-counts';
import type { AnalysisResult, AnalysisSettings, TextChange, TokenParts, TrainingSequence } from './protocol';
import { runSliced } from './sliced';
import { SplitSiblings } from './split-siblings';
import { TextAnalysis } from './text-analysis';
import type { TokenCounts } from './token-counts';

interface OpenText {
  readonly file: string;
  version: number;
  readonly analysis: TextAnalysis;
  readonly siblings: SplitSiblings;
  settings: AnalysisSettings;
  /** Raised by everything that makes a running analysis useless. */
  generation: number;
  /** Version of the last result. */
  analysed: number | undefined;
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
  /** The counts of every model and system prompt that is asked for. */
  readonly counts = new ModelCounts();
  /** Of texts that are about to be opened. */
  private readonly parts = new Map<string, string[]>();

  constructor(
    private readonly onResult: (uri: string, result: AnalysisResult) => void,
    private readonly onFailure: (uri: string, version: number, error: unknown) => void,
  ) {}

  /** The next parts of a text whose last part comes with `open`. */
  addParts(uri: string, parts: readonly string[]): void {
    const known = this.parts.get(uri);
    if (known === undefined) {
      // The text that is open is of no use any more, and its memory is needed.
      this.close(uri);
      this.parts.set(uri, [...parts]);
    } else known.push(...parts);
  }

  /** @param text all of it, or what comes after the parts added before */
  open(uri: string, file: string, version: number, text: string, settings: AnalysisSettings): void {
    const parts = this.parts.get(uri);
    this.close(uri);
    const opened: OpenText = {
      file,
      version,
      analysis: new TextAnalysis(file, parts === undefined ? text : [...parts, text], settings),
      siblings: new SplitSiblings(file),
      settings,
      generation: 0,
      analysed: undefined,
    };
    this.texts.set(uri, opened);
    this.restart(uri, opened);
  }

  change(uri: string, version: number, changes: readonly TextChange[]): void {
    const opened = this.texts.get(uri);
    if (opened === undefined) return;
    opened.analysis.change(changes);
    opened.version = version;
    this.restart(uri, opened);
  }

  /** Somebody looks at a part of a text: it is counted first. */
  look(uri: string, from: number, to: number): void {
    this.texts.get(uri)?.analysis.look(from, to);
  }

  configure(uri: string, settings: AnalysisSettings): void {
    const opened = this.texts.get(uri);
    if (opened === undefined) return;
    opened.settings = settings;
    this.counts.keepOnly([...this.texts.values()].map((text) => text.settings));
    opened.analysis.configure(settings);
    this.restart(uri, opened);
  }

  /** The files beside the text may have changed: it is compared with them as they are now. */
  compareAgain(uri: string): void {
    const opened = this.texts.get(uri);
    if (opened !== undefined) this.restart(uri, opened);
  }

  close(uri: string): void {
    const opened = this.texts.get(uri);
    if (opened !== undefined) opened.generation++;
    this.texts.delete(uri);
    // In a later turn: what runs now still holds it.
    if (opened?.analysis.isLarge === true) setImmediate(collectGarbage);
    this.parts.delete(uri);
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
    return isCurrent(opened, version) ? opened.analysis.findings() : undefined;
  }

  async fixAll({ uri, version }: { uri: string; version: number }): Promise<readonly TextEdit[] | undefined> {
    const opened = this.texts.get(uri);
    if (opened?.version !== version) return undefined;
    const { file, analysis, settings } = opened;
    return runSliced(fixAllEdits(file, analysis.text, settings), () => opened.version !== version);
  }

  private async example({
    uri,
    version,
    index,
  }: ExampleAsked): Promise<{ example: DatasetExample; counts: TokenCounts; settings: AnalysisSettings } | undefined> {
    const opened = this.texts.get(uri);
    if (!isCurrent(opened, version)) return undefined;
    const example = opened.analysis.example(index);
    const { settings } = opened;
    return example === undefined
      ? undefined
      : { example, counts: opened.analysis.asked(await this.counts.of(settings)), settings };
  }

  private restart(uri: string, opened: OpenText): void {
    const generation = ++opened.generation;
    this.analyse(uri, opened, () => opened.generation !== generation).catch((error: unknown) => {
      this.onFailure(uri, opened.version, error);
    });
  }

  private async analyse(uri: string, opened: OpenText, givenUp: () => boolean): Promise<void> {
    const { analysis, settings, version } = opened;
    const counts = await this.counts.of(settings);
    const sides = await opened.siblings.read(settings);
    // Messages that wait may hold a newer version already.
    await new Promise((resolve) => setImmediate(resolve));
    if (givenUp()) return;
    analysis.compareWith(sides);
    const publish = (result: AnalysisResult): void => {
      opened.analysed = version;
      this.onResult(uri, result);
    };
    const last = await runSliced(analysis.work(version, counts), givenUp, publish);
    if (last !== undefined) publish(last);
  }
}

/** Whether the version asked for has been analysed and is still the latest. */
function isCurrent(opened: OpenText | undefined, version: number): opened is OpenText {
  return opened?.analysed === version && opened.version === version;
}
