import { cpSync, existsSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomModel } from './random-model';
import type { ShapeName } from './shapes';

const TOKENIZER = ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'chat_template.jinja'];

interface Pair {
  readonly question: string;
  readonly answer: string;
}

/** The random model of a shape with the example's tokenizer, whose ids it has. */
export async function chatModel(shape: ShapeName): Promise<string> {
  const weights = await randomModel(shape);
  const folder = `${weights}-chat`;
  mkdirSync(folder, { recursive: true });
  for (const file of ['config.json', 'model.safetensors']) {
    if (!existsSync(path.join(folder, file))) linkSync(path.join(weights, file), path.join(folder, file));
  }
  for (const file of TOKENIZER) {
    const source = path.join('examples/tiny-llama', file);
    if (existsSync(source)) cpSync(source, path.join(folder, file));
  }
  return folder;
}

/** Each question with the answers of the `answers` examples from it on: with four of them about 220 tokens together. */
export function longExamples(file: string, answers: number): void {
  const pairs = JSON.parse(readFileSync('examples/nigeria-services.json', 'utf8')) as Pair[];
  const long = pairs.slice(0, 80).map(({ question }, i) => ({
    question,
    answer: pairs
      .slice(i, i + answers)
      .map((pair) => pair.answer)
      .join(' '),
  }));
  writeFileSync(file, JSON.stringify(long));
}
