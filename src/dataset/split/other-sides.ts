import path from 'node:path';
import type { FindingPlace } from '../finding';
import { HashedPairs } from '../near/hashed-pairs';
import { NearSets } from '../near/near-sets';
import { crossRule, type CrossRule, type RuleSubject } from '../rule';
import { nearDigest, type NearDigest } from '../rules/near-duplicate';
import { hashTexts, type TextHash } from '../near/text-hash';

/** Questions of fewer characters are asked anywhere ("Why?"): they leak only with their answer. */
const SHORT_QUESTION = 12;
/** Examples beyond so many are not remembered: the memory of a check stays bounded. */
const MOST_EXAMPLES = 100_000;

/** What an example is known by in another file. */
export interface SideDigest {
  /** Of the question with what stands before it; with the answer too where the question is short. */
  readonly question: TextHash;
  readonly near: NearDigest | undefined;
}

/** Where an example has its twin. */
export interface SideTwin extends FindingPlace {
  /** Share of the word pairs; undefined where the question is the same. */
  readonly similarity: number | undefined;
}

/** @param threshold that of the OtherSides it is looked up in */
export function sideDigest(
  subject: { readonly example: Pick<RuleSubject['example'], 'value' | 'history'> },
  threshold: number,
): SideDigest {
  const { value, history = [] } = subject.example;
  const texts = [...history.map(({ content }) => content), value.question];
  if (history.length === 0 && value.question.trim().length < SHORT_QUESTION) texts.push(value.answer);
  return { question: hashTexts(texts), near: nearDigest(subject, threshold) };
}

/** The examples of files that share none with the one being checked, when all is well. */
export class OtherSides {
  private readonly questions = new HashedPairs();
  private readonly near: NearSets;
  private readonly places: FindingPlace[] = [];
  /** Numbers in `places` of the sets in `near`. */
  private readonly nearPlaces: number[] = [];
  /** An editor asks for the same digests after each change. */
  private found: WeakMap<SideDigest, SideTwin | 'none'> | undefined;

  /** @param threshold share of word pairs from which two examples are the same for this purpose */
  constructor(readonly threshold: number) {
    this.near = new NearSets(threshold);
  }

  get size(): number {
    return this.places.length;
  }

  add(digest: SideDigest, at: FindingPlace): void {
    if (this.size === MOST_EXAMPLES) return;
    const number = this.places.push(at);
    this.questions.put(digest.question, number, 0);
    if (digest.near !== undefined && this.near.add(digest.near.set)) this.nearPlaces.push(number - 1);
    this.found = undefined;
  }

  find(digest: SideDigest): SideTwin | undefined {
    if (this.size === 0) return undefined;
    const found = (this.found ??= new WeakMap());
    let twin = found.get(digest);
    if (twin === undefined) {
      twin = this.lookUp(digest) ?? 'none';
      found.set(digest, twin);
    }
    return twin === 'none' ? undefined : twin;
  }

  private lookUp({ question, near }: SideDigest): SideTwin | undefined {
    const same = this.questions.get(question);
    if (same !== undefined) return { ...this.places[same[0] - 1]!, similarity: undefined };
    const found = near === undefined ? undefined : this.near.find(near.set);
    if (found === undefined) return undefined;
    return { ...this.places[this.nearPlaces[found.twin]!]!, similarity: found.similarity };
  }
}

/** A rule that finds nothing and, once the file has been read, has its examples in the sides. */
export function rememberExamples(sides: OtherSides): CrossRule {
  return crossRule<SideDigest>({
    id: 'split-leak',
    severity: 'warning',
    digest: (subject) => sideDigest(subject, sides.threshold),
    start() {
      // Only at the end: the file is not another side of itself.
      const own: { readonly digest: SideDigest; readonly at: FindingPlace }[] = [];
      return {
        add(digest, { file, line, column }) {
          if (own.length < MOST_EXAMPLES) own.push({ digest, at: { file, line, column } });
        },
        finish() {
          for (const { digest, at } of own) sides.add(digest, at);
        },
      };
    },
  });
}

const PART = /^(.*?)(?:^|[._-])(train(?:ing)?|validation|valid|val|dev|eval|test)(?:[._-](.*))?$/i;
const PARTS: Readonly<Record<string, string>> = {
  training: 'train',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  eval: 'validation',
};

/** Which part of a split a file is by its name, and the name without it: `faq-train.jsonl` is the part `train` of `faq`. */
export function splitPart(file: string): { readonly part: string; readonly base: string } | undefined {
  const name = path.basename(file).replace(/\.(?:jsonl?|ndjson|csv|tsv|parquet)$/i, '');
  const match = PART.exec(name);
  if (match === null) return undefined;
  const word = match[2]!.toLowerCase();
  return { part: PARTS[word] ?? word, base: `${match[1]!}|${match[3] ?? ''}`.toLowerCase() };
}

/** Those of the names that are other parts of the split which `file` is a part of. */
export function otherParts(file: string, names: readonly string[]): string[] {
  const own = splitPart(file);
  if (own === undefined) return [];
  return names.filter((name) => {
    if (!/\.(?:jsonl?|ndjson|csv|tsv|parquet)$/i.test(name)) return false;
    const other = splitPart(name);
    return other !== undefined && other.base === own.base && other.part !== own.part;
  });
}
